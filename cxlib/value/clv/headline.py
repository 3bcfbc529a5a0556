"""A valuation in a few figures and a sentence."""

from __future__ import annotations

from cxlib.i18n import N_
from cxlib.results import KPI, Fact, Param, Sentence, Unit
from cxlib.statistics import top_share
from cxlib.value.clv.value import Terms, Valuation


def headline(valuation: Valuation) -> tuple[KPI, ...]:
    """What a page shows on top; a figure that a gate withholds is left out."""
    n = len(valuation.customers)
    found = (
        ("total_clv", N_("Value of all customers"), valuation.clv),
        ("expected_purchases", N_("Expected purchases"), valuation.purchases),
        ("alive", N_("Customers still alive"), valuation.alive),
    )
    return (
        KPI("customers", N_("Buyers"), Fact(n, "count", n)),
        *(KPI(key, label, value) for key, label, value in found if value is not None),
    )


def meaning(valuation: Valuation, terms: Terms) -> Sentence:
    """What the numbers come to, in a sentence."""
    params: dict[str, Param] = {"days": terms.horizon_days, "n": len(valuation.customers)}
    units: dict[str, Unit] = {"days": "count", "n": "count"}
    if valuation.purchases is None:
        return Sentence(N_("Nothing can be forecast from this file; the checks say why."))
    params["purchases"], units["purchases"] = valuation.purchases.value, "count"
    if valuation.clv is None:
        return Sentence(
            N_(
                "{n} customers are expected to make {purchases} purchases in the next {days} days;"
                " their value is withheld, and the checks say why."
            ),
            params,
            units,
        )
    clv = valuation.customers["clv"].to_numpy()
    params |= {"clv": valuation.clv.value, "top": top_share(clv, 10) if clv.sum() > 0 else 0.0}
    units |= {"clv": "money", "top": "share"}
    return Sentence(
        N_(
            "{n} customers are worth {clv} over the next {days} days, in {purchases} expected"
            " purchases; the top tenth of them make up {top} of it."
        ),
        params,
        units,
    )
