"""The report's arithmetic: what is counted, what is not, and which alerts are worth deleting."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from roust.domain.report import Closed, Report, nearest_rank, report
from roust.domain.tally import Ended, Paged, Tally
from tests.domain.rotas import thorough

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
WEEK = timedelta(days=7)


def closed(
    service: str = "checkout", summary: str = "checkout is down", key: str = "disk", hour: int = 0, **parts: Any
) -> Closed:
    people = {user: Paged(pages=pages, nights=nights) for user, (pages, nights) in parts.pop("people", {}).items()}
    tally = None if parts.pop("untold", False) else Tally(people=people, **parts)
    at = NOON + timedelta(hours=hour)
    return Closed(service=service, summary=summary, dedup_key=key, triggered_at=at, tally=tally)


def of(*alerts: Closed, **parts: Any) -> Report:
    return report(alerts, NOON - WEEK, NOON, **({"people": ["ada", "ben"]} | parts))


ADA = {"people": {"ada": (2, 1)}}


def test_each_service_says_what_it_cost() -> None:
    found = of(
        closed(**ADA, acted=True, acknowledged_by="ada", to_acknowledge=60, exhausted=True),
        closed(people={"ada": (1, 0), "ben": (3, 3)}),
        closed(**ADA, ended=Ended.TIMEOUT),
        closed(acted=True, acknowledged_by="ben", ended=Ended.PERSON),
        closed(service="search"),
    )
    checkout, search = found.services
    assert (checkout.service, checkout.alerts, checkout.quiet, checkout.pages, checkout.nights) == (
        "checkout",
        4,
        1,
        8,
        5,
    )
    assert (checkout.exhausted, checkout.healed, checkout.untouched, checkout.acknowledged) == (1, 1, 2, 2)
    assert (checkout.to_acknowledge_median, checkout.to_acknowledge_p90) == (60, 60)
    assert (search.service, search.alerts, search.quiet, search.untouched) == ("search", 1, 1, 0)
    assert search.to_acknowledge_median is None


def test_each_person_says_what_it_cost_them_and_a_source_is_nobody() -> None:
    found = of(
        closed(people={"ada": (1, 0), "ben": (5, 4)}, acted=True, acknowledged_by="ada", to_acknowledge=30),
        closed(**ADA, acted=True, acknowledged_by="ada", to_acknowledge=90),
        closed(**ADA, acted=True, acknowledged_by="source:checkout", to_acknowledge=1),
    )
    assert [(p.user, p.pages, p.nights, p.acknowledged, p.to_acknowledge_median) for p in found.people] == [
        ("ben", 5, 4, 0, None),
        ("ada", 5, 2, 2, 60),
    ]


def test_what_nobody_ever_acts_upon_is_named_with_its_count_the_loudest_first() -> None:
    found = of(
        closed(summary="disk 91 %", key="disk", **ADA),
        closed(summary="disk 95 %", key="disk", hour=2, **ADA),
        closed(summary="flaky", key="a", people={"ben": (9, 0)}),
        closed(summary="flaky", key="b", people={"ben": (1, 1)}),
        closed(summary="useful", key="c", **ADA),
        closed(summary="useful", key="c", hour=1, acted=True, **ADA),
        closed(summary="quiet", key="d"),
        closed(service="search", summary="flaky", key="a", acted=True, **ADA),
    )
    assert [(n.summary, n.alerts, n.pages, n.nights) for n in found.noise] == [
        ("flaky", 2, 10, 1),
        ("disk 95 %", 2, 4, 2),
    ]
    assert found.noise[1].last == NOON + timedelta(hours=2)


def test_what_ended_without_a_last_word_is_counted_and_no_more() -> None:
    found = of(closed(untold=True), closed(**ADA), open_=3, kept_days=30.0, cut=True)
    assert (found.alerts, found.untold, found.open, found.kept_days, found.cut) == (2, 1, 3, 30.0, True)
    assert [each.alerts for each in found.services] == [1]


def test_nothing_at_all_is_a_report() -> None:
    found = of()
    assert (found.alerts, found.services, found.people, found.noise) == (0, [], [], [])


@given(st.lists(st.floats(0, 10_000), min_size=1, max_size=40).map(sorted), st.sampled_from([0.5, 0.9, 1.0]))
@thorough(60)
def test_a_rank_is_the_least_that_so_many_do_not_exceed(ordered: list[float], share: float) -> None:
    found = nearest_rank(ordered, share)
    assert sum(each <= found for each in ordered) >= share * len(ordered)
    assert sum(each < found for each in ordered) < share * len(ordered)


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xyz"), st.integers(0, 3), st.booleans()), max_size=12)
)
@thorough(60)
def test_every_page_is_counted_once_by_service_and_once_by_person(rows: list[tuple[str, str, int, bool]]) -> None:
    alerts = [
        closed(service=service, key=key, summary=key, people={"ada": (pages, 0)} if pages else {}, acted=acted)
        for service, key, pages, acted in rows
    ]
    found = of(*alerts)
    whole = sum(pages for _, _, pages, _ in rows)
    assert sum(each.pages for each in found.services) == sum(each.pages for each in found.people) == whole
    acted_upon = {(service, key) for service, key, _, acted in rows if acted}
    loud = {(service, key) for service, key, pages, _ in rows if pages}
    assert {(n.service, n.summary) for n in found.noise} == loud - acted_upon
