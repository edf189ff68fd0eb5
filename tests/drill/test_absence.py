"""What judges an absence of the network sees it when somebody was not paged, or was paged in vain."""

from dataclasses import replace

import pytest

from drill.absence import PROVIDERS, TEMPORAL, Absence, judge
from drill.company import a_policy
from drill.record import Accepted, Receipt, Record, Word

GONE, BACK = 1000.0, 1600.0
PLAN = Absence(TEMPORAL, BACK - GONE)
ACKNOWLEDGED = {"state": "acknowledged", "owner": "ada", "next_due": None, "resolved_by": None}


def a_page(alert: str, user: str, at: float, step: int) -> Receipt:
    return Receipt(at, f"{alert}/{step}/{user}", "page", alert, user, "hook", step, 1)


def an_alert(alert: str, at: float) -> Accepted:
    return Accepted(alert, alert, at - 0.1, at, {alert}, final={"state": "triggered", "next_due": "later"})


def as_it_should_be() -> Record:
    """One from before the workers went away, one that came meanwhile, one that was acknowledged meanwhile."""
    acknowledged = an_alert("acknowledged", GONE + 30)
    acknowledged.words = [Word("acknowledge", "ada", GONE + 40, GONE + 41, first=True)]
    acknowledged.final = ACKNOWLEDGED
    alerts = [an_alert("before", GONE - 20), an_alert("meanwhile", GONE + 60), acknowledged]
    pages = [
        a_page("before", "ada", GONE - 19, 1),
        a_page("before", "grace", BACK + 2, 2),
        a_page("meanwhile", "ada", BACK + 3, 1),
    ]
    return Record(a_policy(PLAN.wait, passes=1), alerts, pages)


def test_an_absence_that_nobody_suffered_by_has_no_misses() -> None:
    seen = judge(PLAN, as_it_should_be(), GONE, BACK)
    assert seen.misses == []
    assert seen.late == {"before": 2.0, "meanwhile": 3.0}


@pytest.mark.parametrize(("missing", "who"), [(1, "grace"), (2, "ada")])
def test_whoever_was_due_at_the_return_and_not_paged_is_missed(missing: int, who: str) -> None:
    record = as_it_should_be()
    alert = record.receipts.pop(missing).alert
    assert judge(PLAN, record, GONE, BACK).misses == [f"{alert}: ['{who}'] not paged"]


def test_a_page_that_came_before_the_return_is_none_since() -> None:
    record = as_it_should_be()
    record.receipts[1] = replace(record.receipts[1], at=BACK - 5)
    assert judge(PLAN, record, GONE, BACK).misses == ["before: ['grace'] not paged"]


def test_an_acknowledge_that_did_not_hold_is_missed() -> None:
    record = as_it_should_be()
    record.alerts[2].final = ACKNOWLEDGED | {"state": "triggered"}
    assert judge(PLAN, record, GONE, BACK).misses == ["acknowledged: acknowledged, and now triggered"]


def test_whoever_is_paged_for_what_somebody_has_is_missed() -> None:
    record = as_it_should_be()
    record.receipts.append(a_page("acknowledged", "grace", BACK + 9, 2))
    assert judge(PLAN, record, GONE, BACK).misses == ["acknowledged: acknowledged, and paged after the return"]


def test_what_arrives_twice_is_missed() -> None:
    record = as_it_should_be()
    record.receipts.append(replace(record.receipts[2], at=BACK + 9))
    assert judge(PLAN, record, GONE, BACK).misses == ["meanwhile/1/ada arrived 2 times"]


def test_with_the_providers_away_the_step_of_the_return_is_due_and_what_it_had_sent_before_is_not() -> None:
    plan = replace(PLAN, way=PROVIDERS)
    record = Record(a_policy(plan.wait, passes=1), [an_alert("one", BACK - 2.5 * plan.wait)])
    assert judge(plan, record, GONE, BACK).misses == ["one: ['grace', 'linus'] not paged"]
    record.receipts += [a_page("one", "linus", BACK - 1, 3), a_page("one", "grace", BACK + 4, 3)]
    seen = judge(plan, record, GONE, BACK)
    assert (seen.misses, seen.late) == ([], {"one": 4.0})
