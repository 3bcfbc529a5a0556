"""What clusters are made from: measures of the customer summary and attributes, on one scale."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from cxlib.errors import CxError
from cxlib.i18n import N_
from cxlib.results import Sentence

Values = NDArray[np.float64]

DEFAULT = ("recency_days", "frequency", "monetary")
MEASURES = (*DEFAULT, "average_order_value", "tenure")
SKEWED = 1.0  # moment skewness above which a feature goes to the log scale
MOST_LEVELS = 20  # an attribute with more values is a name or a code, not a kind of customer
UNKNOWN = N_("(unknown)")

_MONEY = ("monetary", "average_order_value")
_TAKEN = ("customer_id", "cluster", "cluster_name", "x", "y", *MEASURES)


@dataclass(frozen=True, slots=True)
class Features:
    """Customers, and the features that the model uses, on its scale.

    `customers` has ``customer_id``, the measures that the file allows and the attributes, as they
    are. `scaled` has every number of it as z-scores (0 throughout where all are equal), `logged`
    those of them that were put on the log scale first. `points` has the columns that the model sees,
    shape (n, d), made from `used`.
    """

    customers: pd.DataFrame
    points: Values
    used: tuple[str, ...]
    logged: tuple[str, ...]
    scaled: Mapping[str, Values]
    categories: tuple[str, ...]
    notes: tuple[Sentence, ...]


def prepare(
    summary: pd.DataFrame,
    end: dt.date,
    wanted: Sequence[str],
    attributes: pd.DataFrame | None = None,
) -> Features:
    """The measures in `wanted` and all attributes as standardised features.

    A number goes to log1p where its skewness is above 1 and it is never negative; of a measure,
    values below 0 (more refunded than bought) count as 0 there. Then z-scores with the standard
    deviation of all customers. A text is one-hot, its columns together of variance 1, so that it
    weighs as one number does. What cannot be used is left out with a note.

    Parameters
    ----------
    summary : pandas.DataFrame
        As `cxlib.frames.summary.customer_summary` gives it.
    end : date
        The as-of day.
    wanted : sequence of str
        From `MEASURES`.
    attributes : pandas.DataFrame, optional
        ``customer_id`` and a column an attribute.

    Raises
    ------
    CxError
        ``bad_option``: more than one row a customer, or a name that is taken.
    """
    customers = _measures(summary.reset_index(drop=True), end)
    names: list[str] = []
    if attributes is not None:
        customers, names = _joined(customers, attributes), [*attributes.columns.drop("customer_id")]
    categories = tuple(name for name in names if customers[name].dtype == "str")
    notes: list[Sentence] = []
    scaled, logged = {}, set()
    for name in customers.columns.drop(["customer_id", *categories]):
        values = customers[name].to_numpy(dtype=np.float64)
        if missing := int(np.isnan(values).sum()):
            text = N_("{feature}: {n} customers without a value stand at the median.")
            notes.append(_note(text, name, missing))
            values = np.where(np.isnan(values), _median(values), values)
        negative = int((values < 0).sum())
        if _is_skewed(values, name in MEASURES):
            logged.add(name)
            if negative and name in wanted:
                text = N_("{feature}: {n} customers below 0 stand at 0 on the log scale.")
                notes.append(_note(text, name, negative))
            values = np.log1p(np.maximum(values, 0.0))
        scaled[name] = _standardised(values)
    blocks: dict[str, Values] = {}
    for name in dict.fromkeys([*wanted, *names]):
        if name not in customers:
            notes.append(_note(N_("{feature} is left out: the file has no amounts."), name))
        elif name in categories and (levels := customers[name].nunique()) > MOST_LEVELS:
            text = N_("{feature} is left out: {n} different values are too many for groups.")
            notes.append(_note(text, name, levels))
        elif customers[name].nunique() < 2:
            notes.append(_note(N_("{feature} is left out: it is the same for all."), name))
        else:
            blocks[name] = (
                _one_hot(customers[name]) if name in categories else scaled[name][:, None]
            )
    return Features(
        customers=customers,
        points=np.hstack([*blocks.values()]) if blocks else np.zeros((len(customers), 1)),
        used=tuple(blocks),
        logged=tuple(name for name in blocks if name in logged),
        scaled=scaled,
        categories=categories,
        notes=tuple(notes),
    )


def _measures(summary: pd.DataFrame, end: dt.date) -> pd.DataFrame:
    """The measures that the file allows: those of money only where it has amounts."""
    since = pd.Timestamp(end + dt.timedelta(days=1)) - summary["last_day"]
    measures = pd.DataFrame(
        {
            "customer_id": summary["customer_id"],
            "recency_days": since.dt.days.astype("int64"),
            "frequency": summary["purchases"],
            "monetary": summary["revenue"],
            "average_order_value": summary["revenue"] / summary["purchases"],
            "tenure": summary["T"],
        }
    )
    return measures.drop(columns=[*_MONEY]) if summary["revenue"].isna().all() else measures


def _joined(customers: pd.DataFrame, attributes: pd.DataFrame) -> pd.DataFrame:
    """The customers with their attributes: numbers as float64, anything else as text."""
    if "customer_id" not in attributes or attributes["customer_id"].duplicated().any():
        raise CxError(
            "bad_option",
            N_("Customer attributes need one row a customer."),
            N_("Give a table with customer_id and a column for each attribute."),
        )
    added = attributes.assign(customer_id=attributes["customer_id"].astype("str"))
    for name in added.columns.drop("customer_id"):
        if name in _TAKEN:
            raise CxError(
                "bad_option",
                N_("An attribute cannot be called “{name}”."),
                N_("Rename the column."),
                name=str(name),
            )
        column = added[name]
        is_number = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
        added[name] = column.astype("float64" if is_number else "str")
    joined = customers.merge(added, on="customer_id", how="left", validate="one_to_one")
    texts = joined.columns[joined.dtypes == "str"]
    return joined.fillna(dict.fromkeys(texts, UNKNOWN))


def _is_skewed(values: Values, floor: bool) -> bool:
    at_least_zero = np.maximum(values, 0.0) if floor else values
    if at_least_zero.min() < 0 or np.ptp(at_least_zero) == 0:
        return False
    return bool(stats.skew(at_least_zero) > SKEWED)


def _standardised(values: Values) -> Values:
    if np.ptp(values) == 0:
        return np.zeros_like(values)
    standardised: Values = (values - values.mean()) / values.std()
    return standardised


def _one_hot(values: pd.Series[str]) -> Values:
    hot = pd.get_dummies(values).to_numpy(dtype=np.float64)
    centred: Values = (hot - hot.mean(axis=0)) / np.sqrt(hot.var(axis=0).sum())
    return centred


def _median(values: Values) -> float:
    known = values[~np.isnan(values)]
    return float(np.median(known)) if len(known) else 0.0


def _note(message: str, feature: str, n: int | None = None) -> Sentence:
    return Sentence(message, {"feature": feature} | ({} if n is None else {"n": n}))
