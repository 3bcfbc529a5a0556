"""The steps of an upload on its page: what was recognised, and what is asked."""

from __future__ import annotations

import io

import pytest

from tests.pages.conftest import words

ORDERS = "order_id,customer_id,order_date,total\n1,a,2025-01-31,10.5\n2,b,2025-02-14,4.5\n"
ANSWERS = "customer_id,score,comment\na,9,bagus\nb,3,lama sekali\nc,10,mantap\n"
UNSURE = "kode;kapan;bayar\nA1;2025-01-20;10,5\nA2;2025-01-21;11,5\nA1;2025-02-21;3,5\n"


@pytest.fixture
def uploaded(store, visit):
    """Open the upload page on a file with this text."""

    def opened(text: str):
        workspace = store.create(purpose="analysis", name="")
        upload = workspace.stage(io.BytesIO(text.encode()), "file.csv")
        return visit("data/upload.py", workspace.id, upload=upload.id)

    return opened


def choice(page, label):
    return next(box for box in page.selectbox if box.label == label)


def test_orders_are_recognised_with_their_columns(uploaded):
    page = uploaded(ORDERS)
    assert choice(page, "What the file holds").value == "transactions"
    mapped = {label: choice(page, label).value for label in ("Customer *", "Date *", "Amount")}
    assert mapped == {"Customer *": "customer_id", "Date *": "order_date", "Amount": "total"}
    assert [b.label for b in page.button if "Check" in b.label] == ["Check all rows"]


def test_another_kind_is_named_and_cannot_be_imported_yet(uploaded):
    page = uploaded(ANSWERS)
    assert choice(page, "What the file holds").value == "responses"
    assert "Only transactions can be imported so far" in words(page)
    assert not [b for b in page.button if "Check" in b.label]


def test_columns_that_are_not_certain_are_asked_about(uploaded):
    page = uploaded(UNSURE)
    assert choice(page, "What the file holds").value == "transactions"
    asked = [radio.label for radio in page.radio]
    assert [a for a in asked if "Customer" in a]
    assert not [b for b in page.button if "Check" in b.label]
    for name, column in (("Customer", "kode"), ("Date", "kapan")):
        question = next((r for r in page.radio if f"“{name}”" in r.label), None)
        if question is not None:
            page = question.set_value(column).run()
    choice(page, "Amount").set_value("bayar").run()
    assert [b.label for b in page.button if "Check" in b.label] == ["Check all rows"]
    assert not page.exception
