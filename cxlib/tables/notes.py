"""What the user of a known export has to know of its amounts, by the id in the file of the source."""

from cxlib.i18n import N_

NOTES = {
    "line_amounts": N_(
        "Amounts are quantity × price of the lines of an order: its discounts, shipping and taxes, "
        "which {program} writes once an order, are not in them."
    ),
    "order_totals": N_(
        "Amounts are those of the products of an order: its total and its shipping fee, which "
        "{program} repeats on every row, are left out."
    ),
    "before_refunds": N_(
        "Amounts stand before refunds and fees, for which {program} has columns of their own."
    ),
    "single_pieces": N_(
        "A row of {program} is one piece of a product, with the price that was paid for it."
    ),
}
