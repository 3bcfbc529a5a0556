"""The samples of the Start page: each can be written, and says what its import needs."""

import sys

import pandas as pd
import pytest

from cxlib.demo import cdnow
from cxlib.demo.samples import SAMPLES
from cxlib.errors import CxError
from cxlib.i18n import language


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.id)
def test_each_sample_writes_one_file_into_the_folder(sample, tmp_path):
    path = sample.write(tmp_path)
    assert path.parent == tmp_path
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    assert path.stat().st_size > 100_000


def test_ids_are_unique():
    assert len({sample.id for sample in SAMPLES}) == len(SAMPLES) == 3


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.id)
def test_words_exist_in_indonesian(sample):
    indonesian = language("id")
    for words in (sample.title, sample.description, sample.suits):
        assert indonesian(words) != words


def test_cdnow_is_read_by_its_mapping():
    column = {field: int(number) - 1 for field, number in cdnow.MAPPING.items()}
    table = pd.read_csv(cdnow.path(), sep=r"\s+", header=None, dtype=str)
    assert len(table) == 6_919
    assert table[column["customer_id"]].nunique() == table[1].nunique() == 2_357
    days = pd.to_datetime(table[column["timestamp"]], format="%Y%m%d")
    assert (str(days.min().date()), str(days.max().date())) == ("1997-01-01", "1998-06-30")
    assert table[column["amount"]].astype(float).max() > 100
    assert table[column["quantity"]].astype(int).min() >= 1


def test_cdnow_is_found_without_importing_lifetimes():
    before = "lifetimes" in sys.modules
    cdnow.path()
    assert ("lifetimes" in sys.modules) == before


def test_a_missing_package_is_said(monkeypatch):
    monkeypatch.setattr(cdnow, "find_spec", lambda name: None)
    with pytest.raises(CxError) as raised:
        cdnow.path()
    assert raised.value.code == "sample_missing"
