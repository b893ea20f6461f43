"""The five incidents planted in a shop's log are found by the questions, as ``docs/sources/example-shop.md`` says."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from klantreis.events.filter import Filter
from klantreis.events.local.folder import open_log
from klantreis.events.local.log import LocalLog
from klantreis.use_cases.import_events import import_events

ECOM = Path(__file__).parent.parent / "data" / "sources" / "retentioneering-ecom.csv.gz"
Period = tuple[date, date]


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> LocalLog:
    into = tmp_path_factory.mktemp("ecom") / "log"
    import_events(
        [ECOM],
        into,
        customer="user_id",
        time="timestamp",
        touchpoint="event",
        channel="acquisition_channel",
        attributes=["platform", "user_lifecycle", "user_cohort"],
    )
    return open_log(into)


def days(first: str, last: str) -> Period:
    return date.fromisoformat(f"2024-{first}"), date.fromisoformat(f"2024-{last}")


def followed(log: LocalLog, source: str, target: str, *, period: Period, where: str | None = None) -> float:
    """How often the one is followed by the other."""
    found = [
        each for each in log.transitions(filter=Filter(period=period, where=where)).transitions if each.source == source
    ]
    return sum(each.count for each in found if each.target == target) / sum(each.count for each in found)


def a_visit(log: LocalLog, touchpoint: str, where: str, period: Period | None = None) -> float:
    """How often something happens in a visit."""
    chosen = Filter(where=where, period=period)
    return log.reach(f"touchpoint = '{touchpoint}'", filter=chosen).events / log.visits(filter=chosen).n


def test_an_article_brings_many_who_do_not_buy(log: LocalLog) -> None:
    before, article, after = days("02-19", "02-28"), days("02-29", "03-03"), days("03-04", "03-13")

    def organic(period: Period) -> float:
        visits = log.visits(filter=Filter(period=period, where="channel = 'organic'")).n
        return visits / ((period[1] - period[0]).days + 1)

    def basket(period: Period) -> float:
        steps = ["touchpoint = 'product_view'", "touchpoint = 'add_to_cart'"]
        return log.funnel(steps, filter=Filter(period=period)).steps[1].of_entered.value or 0.0

    assert [round(organic(period), 1) for period in (before, article)] == [3.6, 4.8]
    assert [round(basket(period), 2) for period in (before, article, after)] == [0.32, 0.15, 0.26]


def test_the_checkout_is_broken_on_phones(log: LocalLog) -> None:
    before, broken, after = days("03-09", "04-08"), days("04-09", "05-09"), days("05-10", "06-09")
    phone, desk = "platform = 'mobile'", "platform = 'desktop'"
    on = [followed(log, "shipping_details", "payment_details", period=p, where=phone) for p in (before, broken, after)]
    assert [round(share, 2) for share in on] == [0.12, 0.03, 0.17]
    assert followed(log, "shipping_details", "checkout_bug", period=broken, where=phone) > 0.09
    assert followed(log, "shipping_details", "checkout_bug", period=broken, where=desk) == 0


def test_the_payment_provider_fails(log: LocalLog) -> None:
    periods = days("04-28", "05-18"), days("05-19", "06-08"), days("06-09", "06-30")
    failed = [followed(log, "payment_details", "payment_error", period=period) for period in periods]
    bought = [followed(log, "payment_details", "purchase", period=period) for period in periods]
    chats = [log.reach("touchpoint = 'support_chat'", filter=Filter(period=period)).events for period in periods]
    assert [round(share, 2) for share in failed] == [0, 0.14, 0]
    assert [round(share, 2) for share in bought] == [0.19, 0.09, 0.23]
    assert chats == [38, 136, 28]


def test_the_new_look_and_the_loyal_buy(log: LocalLog) -> None:
    stages = [f"user_lifecycle = '{stage}'" for stage in ("new", "returning", "loyal")]
    assert [round(a_visit(log, "purchase", where), 3) for where in stages] == [0.084, 0.131, 0.185]
    looked = [a_visit(log, "product_view", where) for where in stages]
    assert max(looked) / min(looked) < 1.1


def test_those_of_january_have_learnt(log: LocalLog) -> None:
    since = days("05-01", "06-30")
    bought = [a_visit(log, "purchase", f"user_cohort = '2024-{month}'", since) for month in ("01", "04")]
    assert [round(share, 3) for share in bought] == [0.192, 0.085]
