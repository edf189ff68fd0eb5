"""Each invariant holds for a good ledger, and bites on a bad one: planted faults."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from drill.invariants import INVARIANTS, arrivals, judge, next_due, twice
from drill.ledger import receipts
from drill.record import Accepted, Record, Word
from drill.report import report
from tests.drill.ledgers import BEGAN, POLICY, a_fault, a_page, an_alert, answered, unanswered
from tests.drill.test_edited import the_one_who_stayed_was_not_paged

RUNGS = list(POLICY.rungs())


@pytest.mark.parametrize("record", [unanswered(), answered(), answered("resolve"), answered(after=0.0)])
def test_a_good_ledger_breaks_nothing(record: Record) -> None:
    assert judge(record) == []


def a_page_that_never_came() -> Record:
    record = unanswered()
    del record.receipts[3]
    return record


def an_alert_that_nobody_knows() -> Record:
    record = unanswered()
    record.alerts[0].final = None
    return record


def an_open_alert_with_nothing_due() -> Record:
    record = unanswered()
    record.alerts[0].final = {"state": "triggered", "next_due": None, "owner": None, "resolved_by": None}
    return record


def a_page_before_the_answer_that_never_came() -> Record:
    record = answered(after=22.0)
    del record.receipts[0]
    return record


def a_page_after_the_acknowledge() -> Record:
    record = answered()
    record.receipts.append(a_page("a", RUNGS[3]))
    return record


def a_step_too_early() -> Record:
    record = unanswered()
    record.receipts[2] = replace(record.receipts[2], at=BEGAN + 4)
    return record


def a_page_that_no_policy_names() -> Record:
    record = unanswered()
    record.receipts.append(replace(record.receipts[0], key="other", user="mallory", at=BEGAN + 90))
    return record


def a_page_long_after_its_time() -> Record:
    record = unanswered()
    record.receipts[-1] = replace(record.receipts[-1], at=BEGAN + 85)
    return record


def a_page_long_after_the_return() -> Record:
    record = unanswered()
    record.faults.append(a_fault(59, 65))
    record.receipts[-1] = replace(record.receipts[-1], at=BEGAN + 78)
    return record


def a_page_long_after_a_worker_fell_asleep(late: float = 18) -> Record:
    record = unanswered()
    record.faults.append(a_fault(59, 79, "a worker asleep in the middle of a page"))
    record.receipts[-1] = replace(record.receipts[-1], at=BEGAN + 60 + late)
    return record


def a_page_under_two_keys() -> Record:
    record = unanswered()
    record.receipts.append(replace(record.receipts[0], key="another"))
    return record


def too_many_twice() -> Record:
    record = unanswered()
    record.receipts += record.receipts[:2]
    return record


def a_lost_acknowledge() -> Record:
    record = answered()
    record.alerts[0].final = {"state": "triggered", "next_due": "soon", "owner": None, "resolved_by": None}
    return record


def an_acknowledged_alert_without_owner() -> Record:
    record = answered()
    record.alerts[0].final = {"state": "acknowledged", "next_due": None, "owner": None, "resolved_by": None}
    return record


def nobody_was_told_at_the_end() -> Record:
    record = unanswered()
    del record.receipts[-1]
    return record


def still_climbing() -> Record:
    record = unanswered()
    record.alerts[0].final = {"state": "triggered", "next_due": "soon", "owner": None, "resolved_by": None}
    return record


def a_repeat_that_opened_another() -> Record:
    record = unanswered()
    record.alerts[0].ids.add("b")
    return record


def a_lost_resolve() -> Record:
    record = answered("resolve")
    record.alerts[0].final = {"state": "acknowledged", "next_due": None, "owner": "ada", "resolved_by": None}
    return record


def a_swallowed_outbreak() -> Record:
    record = unanswered()
    record.alerts.append(an_alert("b", after_resolve=True))
    return record


def a_withdrawn_resolve_that_climbed_no_more() -> Record:
    record = unanswered()
    word = Word("resolve", "grace", BEGAN + 5, BEGAN + 5.1)
    record.alerts = [an_alert(reopened=True, words=[word])]
    return record


def two_firsts() -> Record:
    record = answered()
    alert: Accepted = record.alerts[0]
    alert.words.append(replace(alert.words[0], by="grace"))
    return record


def a_stranger_has_it() -> Record:
    record = answered()
    record.alerts[0].final = {"state": "acknowledged", "next_due": None, "owner": "mallory", "resolved_by": None}
    return record


def a_page_long_after_the_last_fault() -> Record:
    record = unanswered()
    record.over_at = BEGAN + 70
    record.receipts[-1] = replace(record.receipts[-1], at=BEGAN + 140)
    return record


def a_leak() -> Record:
    return replace(unanswered(), leaks=["link key stands in worker-1.log"])


PLANTED: list[tuple[Callable[[], Record], str]] = [
    (a_page_that_never_came, "i1_"),
    (an_alert_that_nobody_knows, "i1_"),
    (an_open_alert_with_nothing_due, "i1_"),
    (a_page_before_the_answer_that_never_came, "i1_"),
    (a_page_after_the_acknowledge, "i2_"),
    (a_step_too_early, "i3_"),
    (a_page_that_no_policy_names, "i3_"),
    (a_page_long_after_its_time, "i4_"),
    (a_page_long_after_the_return, "i4_"),
    (a_page_long_after_a_worker_fell_asleep, "i4_"),
    (a_page_under_two_keys, "i5_"),
    (too_many_twice, "i5_"),
    (a_lost_acknowledge, "i6_"),
    (an_acknowledged_alert_without_owner, "i6_"),
    (nobody_was_told_at_the_end, "i7_"),
    (still_climbing, "i7_"),
    (a_repeat_that_opened_another, "i8_"),
    (a_lost_resolve, "i9_"),
    (a_swallowed_outbreak, "i10_"),
    (a_withdrawn_resolve_that_climbed_no_more, "i10_"),
    (the_one_who_stayed_was_not_paged, "i11_"),
    (two_firsts, "i14_"),
    (a_stranger_has_it, "i14_"),
    (a_page_long_after_the_last_fault, "i15_"),
    (a_leak, "i16_"),
]


@pytest.mark.parametrize(("plant", "invariant"), PLANTED, ids=lambda it: getattr(it, "__name__", ""))
def test_a_planted_fault_is_found(plant: Callable[[], Record], invariant: str) -> None:
    assert any(breach.invariant.startswith(invariant) for breach in judge(plant()))


def test_every_invariant_has_a_planted_fault() -> None:
    bitten = {prefix for _, prefix in PLANTED}
    assert {invariant.__name__.partition("_")[0] + "_" for invariant in INVARIANTS} == bitten


def test_what_temporal_hands_to_a_worker_that_sleeps_may_be_late_by_as_long_as_it_waits_for_it() -> None:
    assert judge(a_page_long_after_a_worker_fell_asleep(14)) == []


def test_what_a_worker_held_as_the_machine_fell_asleep_may_go_out_as_it_wakes() -> None:
    record = a_page_after_the_acknowledge()
    heard, late = record.alerts[0].words[0].answered_at - BEGAN, record.receipts[-1].at - BEGAN
    record.faults.append(a_fault(heard + 1, late - 1, "everything asleep (with the server)"))
    assert not [breach for breach in judge(record) if breach.invariant.startswith("i2_")]
    record.faults[0] = a_fault(heard - 9, heard, "everything asleep (with the server)")
    assert [breach for breach in judge(record) if breach.invariant.startswith("i2_")]


def test_a_page_that_a_fault_held_up_until_somebody_answered_is_not_missing_while_it_was_still_in_its_time() -> None:
    record = a_page_before_the_answer_that_never_came()
    heard = record.alerts[0].words[0].answered_at - BEGAN
    record.faults = [a_fault(0.05, heard - 9, "both workers")]
    assert judge(record) == []
    record.faults = [a_fault(0.05, heard - 11, "both workers")]
    assert [breach.invariant[:3] for breach in judge(record)] == ["i1_"]


def test_a_page_sent_twice_under_its_key_is_counted_and_is_no_breach() -> None:
    record = unanswered()
    record.receipts.append(record.receipts[0])
    assert len(twice(record)) == 1
    assert judge(record) == []


def test_a_late_page_stands_for_the_next_one_by_that_contact() -> None:
    record = unanswered()
    late, early = RUNGS[1], next(rung for rung in RUNGS if rung.pass_ == 2 and rung.contact == "spare")
    # The first pass's second contact came after the second pass had begun; the second pass's is not sent.
    record.receipts = [r for r in record.receipts if r.place not in (late.place, early.place)]
    assert judge(record) != []
    record.receipts.append(a_page("a", late, at=BEGAN + early.begins + 1))
    assert not [breach for breach in judge(record) if breach.invariant.startswith("i1_")]


def test_a_merged_page_stands_for_a_page_of_each_of_its_alerts() -> None:
    alone = {
        "id": "a/1/1/2/grace/high1/hook",
        "type": "page",
        "alert": {"id": "a"},
        "user": "grace",
        "contact": "hook",
        "step": 2,
        "pass": 1,
        "cycle": 1,
    }
    parts = [
        {"id": "a", "keys": ["a/1/1/2/grace/high1/hook"]},
        {"id": "b", "keys": ["b/1/2/2/grace/high1/hook", "b/1/2/3/grace/high1/hook"]},
        {"id": "c", "keys": ["c/1/2/last-resort1/grace/high1/hook"]},
    ]
    told = receipts({"at": 5.0, "peer": 1, "body": alone | {"id": "checkout/storm/0", "alerts": parts}})
    assert [(one.alert, one.place, one.merged) for one in told] == [
        ("a", (1, 2, "grace", "hook"), True),
        ("b", (2, 2, "grace", "hook"), True),
        ("b", (2, 3, "grace", "hook"), True),
        ("c", (0, 0, "grace", "hook"), True),
    ]
    # Told alone after that, it was told twice, by its own key.
    record = replace(unanswered(), receipts=[*told, *receipts({"at": 9.0, "peer": 1, "body": alone})])
    assert [receipt.key for receipt in twice(record)] == [alone["id"]]


def test_the_next_due_page_counts_from_the_return() -> None:
    record = unanswered()
    # Step 2 was due at 10 s; both workers were gone from 9 to 14 s, and it came at 15 s.
    record.receipts[2] = replace(record.receipts[2], at=BEGAN + 15)
    gap = next_due(arrivals(record), a_fault(9, 14))
    assert gap is not None
    assert round(gap, 3) == 1.0


def test_one_delay_is_not_counted_again_in_every_step_after_it() -> None:
    record = unanswered()
    record.receipts = [
        replace(one, at=one.at + 5) if one.step != 1 or one.pass_ > 1 else one for one in record.receipts
    ]
    late = [round(arrival.late, 3) for arrival in arrivals(record)]
    assert late == [0.1, 0.0, 5.0] + [0.0] * (len(late) - 3)


def test_a_zero_stands_beside_its_n_and_its_bound() -> None:
    record = unanswered()
    record.faults = [a_fault(1, 2)] * 50
    lines = list(report(record, judge(record)))
    assert "| faults that lost a page | 0 (below 3.00 %) | 100 faults |" in lines
