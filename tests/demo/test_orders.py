"""Order lines: whole rupiah that add up."""

import pandas as pd

from cxlib.demo.population import population
from cxlib.demo.products import CATALOGUE
from cxlib.demo.purchases import purchases
from cxlib.demo.truth import TRUTH


def test_a_line_is_quantity_times_price_minus_discount(shop):
    lines = shop.transactions
    assert (lines["quantity"] * lines["unit_price"] - lines["discount"] == lines["amount"]).all()
    assert (lines[["amount", "unit_price", "quantity"]] > 0).all().all()
    assert (lines["discount"] >= 0).all()
    assert (lines[["amount", "unit_price"]] % 100 == 0).all().all()


def test_the_lines_of_a_day_come_to_the_spend_that_was_drawn(shop):
    people = population(0)
    bought = purchases(people, 0)
    drawn = pd.Series(
        bought["spend"].to_numpy(),
        index=pd.MultiIndex.from_arrays(
            [
                people.customers["customer_id"].to_numpy()[bought["who"]],
                pd.Timestamp(TRUTH.window.first) + pd.to_timedelta(bought["day"], unit="D"),
            ]
        ),
    ).sort_index()
    lines = shop.transactions
    written = lines.groupby(["customer_id", lines["timestamp"].dt.normalize()])["amount"].sum()
    assert (written.sort_index().to_numpy() == drawn.to_numpy()).all()
    assert written.index.equals(drawn.index) or (written.index == drawn.index).all()


def test_an_order_has_one_customer_time_and_channel_and_often_several_lines(shop):
    orders = shop.transactions.groupby("order_id")
    assert (orders[["customer_id", "timestamp", "channel", "place"]].nunique() == 1).all().all()
    assert 0.4 < (orders.size() > 1).mean() < 0.7
    days = shop.transactions.groupby(
        ["customer_id", shop.transactions["timestamp"].dt.normalize()]
    )["order_id"].nunique()
    assert 0.01 < (days > 1).mean() < 0.05


def test_order_numbers_rise_with_time(shop):
    assert shop.transactions["timestamp"].is_monotonic_increasing
    assert shop.transactions.drop_duplicates("order_id")["order_id"].is_monotonic_increasing


def test_goods_cost_about_what_the_catalogue_says(shop):
    price = pd.Series({p.name: p.price for p in CATALOGUE})
    ratio = shop.transactions["unit_price"] / shop.transactions["product"].map(price)
    assert 0.9 < ratio.median() < 1.1
    assert ratio.between(0.4, 2.5).mean() > 0.97
    assert shop.transactions["product"].nunique() == len(CATALOGUE)


def test_what_goes_together_is_bought_together(shop):
    """Orders of several lines: those with beans hold a paper filter more than twice as often."""
    lines = shop.transactions
    several = lines[lines["order_id"].map(lines["order_id"].value_counts()) > 1]
    beans = several["product"].isin(["Kopi Gayo 250 g", "Kopi Toraja 250 g"])
    has_beans = beans.groupby(several["order_id"]).any()
    has_filter = (several["product"] == "Paper Filter V60").groupby(several["order_id"]).any()
    assert has_filter[has_beans].mean() > 2 * has_filter[~has_beans].mean()
