"""What Toko Nusantara sells, and how a purchase becomes order lines that add up to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxlib.demo.stream import Flags, Floats, Integers


@dataclass(frozen=True, slots=True)
class Product:
    """An article; `price` is its middle size in rupiah, `with_it` what is often bought with it."""

    name: str
    category: str
    price: int
    with_it: str = ""


CATALOGUE: tuple[Product, ...] = (
    Product("Kopi Gayo 250 g", "Coffee", 98_000, "Paper Filter V60"),
    Product("Kopi Toraja 250 g", "Coffee", 112_000, "Paper Filter V60"),
    Product("Kopi Kintamani 1 kg", "Coffee", 310_000),
    Product("Paper Filter V60", "Coffee", 38_000),
    Product("Dripper Keramik", "Coffee", 165_000, "Paper Filter V60"),
    Product("Grinder Manual", "Coffee", 585_000, "Kopi Gayo 250 g"),
    Product("Teh Melati", "Pantry", 42_000, "Gula Aren Cair"),
    Product("Gula Aren Cair", "Pantry", 35_000),
    Product("Sambal Roa", "Pantry", 55_000),
    Product("Granola Kelapa", "Pantry", 78_000),
    Product("Hampers Lebaran", "Pantry", 420_000),
    Product("Cokelat Sulawesi 70%", "Pantry", 64_000),
    Product("Syal Tenun", "Fashion", 189_000),
    Product("Kemeja Batik Tulis", "Fashion", 645_000),
    Product("Kemeja Batik Cap", "Fashion", 275_000, "Masker Batik"),
    Product("Masker Batik", "Fashion", 28_000),
    Product("Tas Anyaman Pandan", "Fashion", 225_000),
    Product("Sandal Kulit", "Fashion", 350_000),
    Product("Lilin Aroma Sereh", "Home", 85_000, "Piring Keramik"),
    Product("Piring Keramik", "Home", 120_000),
    Product("Bantal Lurik", "Home", 155_000, "Selimut Tenun"),
    Product("Selimut Tenun", "Home", 480_000),
    Product("Lampu Rotan", "Home", 720_000),
    Product("Kursi Rotan", "Home", 1_950_000, "Bantal Lurik"),
    Product("Sabun Kopi", "Care", 32_000, "Lulur Bali"),
    Product("Lulur Bali", "Care", 68_000),
    Product("Minyak Kelapa Murni", "Care", 58_000),
    Product("Serum Temulawak", "Care", 175_000),
    Product("Paket Spa", "Care", 395_000),
    Product("Minyak Telon", "Care", 45_000),
)
CATEGORIES: tuple[str, ...] = tuple(dict.fromkeys(p.category for p in CATALOGUE))

_QUANTITIES = np.array([1, 2, 3])
_PRICES = np.array([p.price for p in CATALOGUE], dtype=np.float64) / 100
_NAMES = [p.name for p in CATALOGUE]
_CATEGORY = np.array([CATEGORIES.index(p.category) for p in CATALOGUE])
_WITH = np.array([_NAMES.index(p.with_it) if p.with_it else -1 for p in CATALOGUE])


@dataclass(frozen=True, slots=True)
class Lines:
    """Order lines, each array a value a line; money in hundreds of rupiah.

    `quantity · unit_price − discount = amount`, and a purchase's amounts add up to its spend.
    """

    purchase: Integers
    product: Integers
    quantity: Integers
    unit_price: Integers
    discount: Integers
    amount: Integers


def fill(rng: np.random.Generator, spend: Integers, off: Floats, favourite: Integers) -> Lines:
    """Order lines for purchases.

    Parameters
    ----------
    spend : integers, hundreds of rupiah
        What each purchase comes to after discount, at least 50.
    off : floats
        The discount rate of each purchase, 0 for none.
    favourite : integers
        The buyer's favourite category, −1 for none.
    """
    # A line is worth at least 5,000 rupiah, so small purchases have one.
    count = np.minimum(1 + rng.binomial(3, 0.25, len(spend)), np.maximum(spend // 50, 1))
    purchase = np.repeat(np.arange(len(spend)), count)
    start = np.cumsum(count) - count
    is_first = np.zeros(len(purchase), dtype=np.bool_)
    is_first[start] = True

    weight = rng.gamma(2.0, size=len(purchase))
    share = weight / np.add.reduceat(weight, start)[purchase]
    amount = 50 + np.floor(share * (spend - 50 * count)[purchase]).astype(np.int64)
    amount[start] += spend - np.add.reduceat(amount, start)

    gross = amount / (1 - off[purchase])
    product = np.empty(len(purchase), dtype=np.int64)
    quantity = np.empty(len(purchase), dtype=np.int64)
    for lines, partner in ((is_first, None), (~is_first, product[start])):
        liking = 3.5 * (favourite[purchase[lines], None] == _CATEGORY)
        if partner is not None:
            first_product = product[start][purchase[lines]]
            liking = liking + 3.5 * (np.arange(len(_PRICES)) == _WITH[first_product, None])
        product[lines], quantity[lines] = _choose(
            rng, gross[lines], amount[lines], off[purchase[lines]] > 0, liking
        )
    # A discounted line is rounded up to a whole unit price; the discount takes up the difference.
    unit_price = np.ceil(gross / quantity - 1e-9).astype(np.int64)
    return Lines(purchase, product, quantity, unit_price, unit_price * quantity - amount, amount)


def _choose(
    rng: np.random.Generator, gross: Floats, amount: Integers, is_discounted: Flags, liking: Floats
) -> tuple[Integers, Integers]:
    """A product and quantity for each line: near in price, liked, and otherwise by chance."""
    distance = np.abs(np.log(gross[:, None, None] / (_PRICES[:, None] * _QUANTITIES)))
    appeal = liking[:, :, None] - 6.0 * distance - 0.8 * (_QUANTITIES - 1)
    appeal = appeal + rng.gumbel(size=appeal.shape)
    # Without a discount the unit price must be a whole hundred: the quantity divides the amount.
    divides = (amount[:, None] % _QUANTITIES == 0) | is_discounted[:, None]
    appeal = np.where(divides[:, None, :], appeal, -np.inf)
    best = appeal.reshape(len(gross), -1).argmax(axis=1)
    return best // len(_QUANTITIES), _QUANTITIES[best % len(_QUANTITIES)]
