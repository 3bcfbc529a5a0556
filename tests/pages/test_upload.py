"""The steps of an upload on its page: what was recognised, and what is asked."""

from __future__ import annotations

import io

import pytest

from tests.pages.conftest import words

ORDERS = "order_id,customer_id,order_date,total\n1,a,2025-01-31,10.5\n2,b,2025-02-14,4.5\n"
ANSWERS = "customer_id,nps_score,comment\na,9,bagus\nb,3,lama sekali\nc,10,mantap\n"
UNSURE = "kode;kapan;bayar\nA1;2025-01-20;10,5\nA2;2025-01-21;11,5\nA1;2025-02-21;3,5\n"


@pytest.fixture
def uploaded(store, visit):
    """Open the upload page on a file with this text."""

    def opened(text: str):
        workspace = store.create(purpose="analysis", name="")
        upload = workspace.stage(io.BytesIO(text.encode()), "file.csv")
        return visit("data/upload.py", workspace.id, upload=upload.id)

    return opened


def press(page, label):
    return next(b for b in page.button if b.label.startswith(label)).click().run()


def choice(page, label):
    return next(box for box in page.selectbox if box.label == label)


def test_orders_are_recognised_with_their_columns(uploaded):
    page = uploaded(ORDERS)
    assert choice(page, "What the file holds").value == "transactions"
    mapped = {label: choice(page, label).value for label in ("Customer *", "Date *", "Amount")}
    assert mapped == {"Customer *": "customer_id", "Date *": "order_date", "Amount": "total"}
    assert [b.label for b in page.button if "Check" in b.label] == ["Check all rows"]


def test_the_first_rows_stand_under_their_headers_as_they_are(uploaded):
    page = uploaded("Cód. Tutor|Dt. do Dia|Vlr. (R$)\n1|01.01.2025|10,5\n2|20.01.2025|4,5\n")
    assert page.dataframe[0].value.columns.tolist() == ["Cód. Tutor", "Dt. do Dia", "Vlr. (R$)"]


def test_another_kind_is_recognised_and_kept(uploaded, store):
    page = uploaded(ANSWERS)
    assert choice(page, "What the file holds").value == "responses"
    page = press(page, "Check all rows")
    assert "Survey responses: 3 rows." in words(page)
    page = press(page, "Yes, use this data")
    assert not page.exception
    assert page.title[0].value == "Data quality"


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


GOOD = "".join(f"{n},c{n % 3},2025-01-{n},10.5\n" for n in range(10, 19))
BROKEN = f"order_id,customer_id,order_date,total\n{GOOD}19,b,tanggal 19,4.5\n"


def test_a_row_that_cannot_be_read_is_repaired_on_the_page(uploaded):
    page = press(uploaded(BROKEN), "Check all rows")
    assert "Yes, use this data without the 1 rejected rows" in words(page)
    field = next(t for t in page.text_input if "tanggal 19" in t.label)
    field.input("2025-01-19")
    page = press(page, "Repair and check again")
    assert not page.exception
    assert "is read as “2025-01-19”" in words(page)
    assert [b.label for b in page.button if b.label.startswith("Yes")] == ["Yes, use this data"]
    page = press(page, "Undo")
    assert "without the 1 rejected rows" in words(page)


def test_the_next_file_of_a_shape_is_repaired_alike_and_compared(store, visit):
    workspace = store.create(purpose="analysis", name="")

    def opened(text):
        upload = workspace.stage(io.BytesIO(text.encode()), "file.csv")
        return visit("data/upload.py", workspace.id, upload=upload.id)

    page = press(opened(BROKEN), "Check all rows")
    next(t for t in page.text_input if "tanggal 19" in t.label).input("2025-01-19")
    press(press(page, "Repair and check again"), "Yes, use this data")
    page = press(opened(BROKEN + "20,d,2025-03-01,9\n"), "Check all rows")
    assert not page.exception
    assert "which had the same columns" in words(page)
    assert [b.label for b in page.button if b.label.startswith("Yes")] == ["Yes, use this data"]
    changed = {m.label: m.value for m in page.metric}
    assert {k: changed[k] for k in ("New", "Restated", "Vanished", "Unchanged")} == {
        "New": "1",
        "Restated": "0",
        "Vanished": "0",
        "Unchanged": "10",
    }


def test_a_cancelled_file_leaves_nothing_behind(uploaded, store):
    page = uploaded(ORDERS)
    (key,) = (
        page.query_params["w"]
        if isinstance(page.query_params["w"], list)
        else [page.query_params["w"]]
    )
    folder = store.folder / key / "staged"
    assert len(list(folder.iterdir())) == 1
    page = press(page, "Another file")
    assert list(folder.iterdir()) == []
    assert "upload" not in page.query_params
