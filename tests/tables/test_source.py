import re

import pytest

from cxlib.tables.kind import kind
from cxlib.tables.notes import NOTES
from cxlib.tables.source import FOLDER, exports, recognise

PROGRAMS = (
    "shopee tokopedia tiktok_shop lazada shopify woocommerce stripe mailchimp klaviyo surveymonkey "
    "typeform google_forms qualtrics zendesk freshdesk google_ads meta_ads ga4"
)
each = pytest.mark.parametrize("export", exports(), ids=lambda e: f"{e.source}-{e.name}")


def test_the_listed_programs_are_known():
    assert {path.stem for path in FOLDER.glob("*.toml")} == set(PROGRAMS.split())
    assert {export.source for export in exports()} == set(PROGRAMS.split())


@each
def test_an_export_says_what_it_is(export):
    known = kind(export.kind)
    assert set(export.fields) <= {field.name for field in known.fields}
    # What people ask in a form is theirs: its score is found by the words and the answers.
    assert set(known.missing(set(export.fields))) <= {"score"}
    assert export.program
    assert export.documentation
    assert export.marks
    assert re.fullmatch("en|id|pt|fr|de|es", export.language)
    assert export.dates in (None, "ymd", "dmy", "mdy")
    assert export.decimal in (None, ".", ",")
    assert set(export.notes) <= set(NOTES)


@each
def test_an_export_is_recognised_by_its_marks_alone(export):
    assert recognise([*export.marks, "something else"]) == export
    assert recognise([f" {mark.replace(' ', '_')}" for mark in export.marks]) == export
    if len(export.marks) > 1:
        assert recognise(export.marks[:1]) != export


@each
def test_an_export_that_has_lost_a_mark_is_of_its_kind_or_unknown(export):
    headers = dict.fromkeys(h for able in export.fields.values() for h in able)
    for mark in export.marks:
        rest = [h for h in headers if h != mark]
        found = recognise([*rest, "something else"])
        marked = found is not None and all(found.column(m, rest) for m in found.marks)
        assert found is None or marked or found.kind == export.kind


def test_most_exports_are_known_without_one_of_their_marks():
    known = [
        recognise([*(h for h in (*e.marks, *heads) if h != e.marks[0]), "something else"])
        for e in exports()
        if (heads := [h for able in e.fields.values() for h in able])
    ]
    assert sum(found is not None for found in known) >= 0.6 * len(known)


def test_a_few_usual_headers_are_of_no_program():
    assert recognise(["Order ID", "Date", "Customer", "Email", "Quantity", "Total"]) is None
    assert recognise(["id", "name", "email", "status", "created_at", "total"]) is None


def test_the_first_documented_header_that_is_there_is_meant():
    (stripe,) = (e for e in exports() if (e.source, e.name) == ("stripe", "Payments"))
    assert stripe.columns(["Customer Email", "Customer ID"])["customer_id"] == "Customer ID"
    assert stripe.columns(["Customer Email", "x"]) == {"customer_id": "Customer Email"}


def test_a_header_of_several_lines_is_known_by_its_first():
    joined = [
        f"{name} {text}"
        for name, text in zip(
            ("StartDate", "EndDate", "RecordedDate", "ResponseId", "Finished"),
            ("Start Date", "End Date", "Recorded Date", "Response ID", "Finished"),
            strict=True,
        )
    ]
    export = recognise(joined)
    assert export is not None
    assert export.source == "qualtrics"
    assert export.columns(joined)["timestamp"] == "RecordedDate Recorded Date"
