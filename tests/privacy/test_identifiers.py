import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlib.privacy.identifiers import (
    is_masked,
    kind_of_identifier,
    normalise_email,
    normalise_phone,
)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (" Ayu.Lestari@Example.CO.ID ", "ayu.lestari@example.co.id"),
        ("a+promo@gmail.com", "a+promo@gmail.com"),  # only some providers ignore tags and dots
        ("mailto:a@b.id", "a@b.id"),
        ("jörg@münchen.de", "jörg@münchen.de"),
        ("ayu@localhost", None),
        ("ayu@@b.id", None),
        ("ayu lestari@b.id", None),
        ("a..b@c.id", None),
        (".a@c.id", None),
        ("a@-b.id", None),
        ("r****@g***.com", None),
        ("@b.id", None),
        ("", None),
    ],
)
def test_addresses(text, address):
    assert normalise_email(text) == address


@pytest.mark.parametrize(
    "text",
    [
        *("0812-3456-7890", "+62 812 3456 7890", "62812 3456 7890", "(0812) 3456.7890"),
        *("0062 812 3456 7890", "+62 (0)812 3456 7890", "81234567890", " 081234567890 "),
    ],
)
def test_one_mobile_in_its_spellings(text):
    assert normalise_phone(text) == "+6281234567890"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("021 555 0123", "+62215550123"),
        ("+65 6123 4567", "+6561234567"),
        ("+1 (212) 555-0123", "+12125550123"),
        ("(212) 555-0123", None),  # of which country?
        ("0812", None),
        ("12345", None),
        ("+0 812 3456 7890", None),
        ("0812****7890", None),
        ("0812 3456 7890 ext 5", None),
        ("2026-01-31", None),
        ("٠٨١٢٣٤٥٦٧٨٩٠", None),
        ("0" * 30, None),
        ("", None),
    ],
)
def test_other_numbers(text, number):
    assert normalise_phone(text) == number


def test_national_numbers_of_another_country():
    assert normalise_phone("0171 1234567", "49") == "+491711234567"
    assert normalise_phone("81234567890", "49") is None


@given(st.text(max_size=20) | st.from_regex(r"[+(0-9 ).-]{1,20}", fullmatch=True))
def test_a_normal_number_or_address_is_its_own_spelling(text):
    for normal in (normalise_phone, normalise_email):
        if (once := normal(text)) is not None:
            assert normal(once) == once


@pytest.mark.parametrize(
    "text", ["b***i", "r****@g***.com", "****1234", "Bud* S*", "J** D**", "(+62)812*****89", "a••i"]
)
def test_masks_are_seen(text):
    assert is_masked(text)
    assert kind_of_identifier(text) == "masked"


@pytest.mark.parametrize("text", ["Budi", "A*1", "4*5", "", "C-0012", "ayu@b.id"])
def test_what_is_no_mask(text):
    assert not is_masked(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("ayu@b.id", "email"),
        ("ayu@b", "other"),
        ("+62 812 3456 7890", "phone"),
        ("0812 3456 7890", "phone"),
        ("6281234567890", "phone"),
        ("81234567890", "other"),  # may be a customer number
        ("0000012345", "other"),
        ("12345678901234567890", "other"),
        ("C-0012", "other"),
    ],
)
def test_kinds(text, kind):
    assert kind_of_identifier(text) == kind
