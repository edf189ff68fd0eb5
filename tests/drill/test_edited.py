"""I11 holds for a good ledger of a company that moves, and bites on a bad one; what it did is kept and read again."""

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from drill.edited import in_force
from drill.invariants import judge
from drill.kept import keep, kept
from drill.moving import Moving
from drill.record import Edit, Receipt, Record
from roust.config.load import load
from tests.drill.ledgers import BEGAN, POLICY, an_alert

EVERYBODY = {"zoe": "hook-0", "bob": "hook-0", "cam": "hook-0"}


def a_page(step: int, user: str, after: float, contact: str = "hook-0") -> Receipt:
    key = f"a/1/1/{step}/{user}/high1/{contact}"
    return Receipt(BEGAN + after, key, "page", "a", user, contact, step, 1)


def moved() -> Record:
    """Bob, who alone is in step 1, and Cam were taken out a minute before the alert; Zoe is still there."""
    record = Record(replace(POLICY, passes=1))
    record.edits = [
        Edit(BEGAN - 300, EVERYBODY, [["bob"], ["cam", "zoe"], ["cam"]]),
        Edit(BEGAN - 60, {"zoe": "hook-0"}, [[], ["zoe"], []]),
    ]
    skipped = [{"kind": "skipped", "why": "nobody is on call", "pass": 1, "step": step} for step in (1, 3)]
    final = {"state": "exhausted", "next_due": None, "owner": None, "resolved_by": None, "timeline": skipped}
    record.moved = [an_alert(final=final)]
    record.receipts = [a_page(2, "zoe", 0.3), a_page(0, "margaret", 10.4, "hook")]
    return record


def test_a_good_ledger_breaks_nothing() -> None:
    assert judge(moved()) == []


def test_who_was_edited_within_the_time_of_a_reload_may_be_paged_or_not() -> None:
    record = moved()
    record.edits[1] = replace(record.edits[1], at=BEGAN - 5)
    assert judge(record) == []
    record.receipts.insert(0, a_page(1, "bob", 0.1))
    assert judge(record) == []


def test_what_was_known_to_be_empty_only_after_its_wait_is_told_and_not_skipped() -> None:
    record = moved()
    final = record.moved[0].final
    assert final is not None
    final["timeline"][0] = {"kind": "passed_over", "text": "nobody on call", "why": None, "pass": 1, "step": 1}
    assert judge(record) == []


def the_one_who_stayed_was_not_paged() -> Record:
    record = moved()
    del record.receipts[0]
    return record


def the_last_resort_was_not_paged() -> Record:
    record = moved()
    del record.receipts[-1]
    return record


def somebody_was_paged_who_was_gone() -> Record:
    record = moved()
    record.receipts.insert(0, a_page(1, "bob", 0.1))
    return record


def an_address_that_was_gone_was_paged() -> Record:
    record = moved()
    record.edits.insert(0, replace(record.edits[0], at=BEGAN - 900, contacts=EVERYBODY | {"zoe": "old"}))
    record.receipts[0] = a_page(2, "zoe", 0.3, "old")
    return record


def somebody_was_paged_who_had_left_the_step() -> Record:
    record = moved()
    record.edits[1] = replace(record.edits[1], contacts=EVERYBODY)
    record.receipts.insert(1, a_page(2, "cam", 0.3))
    return record


def an_empty_step_gave_no_reason() -> Record:
    record = moved()
    final = record.moved[0].final
    assert final is not None
    final["timeline"] = final["timeline"][:1]
    return record


def it_climbs_no_more() -> Record:
    record = moved()
    record.moved[0].final = (record.moved[0].final or {}) | {"state": "triggered"}
    return record


def nobody_knows_it() -> Record:
    record = moved()
    record.moved[0].final = None
    return record


@pytest.mark.parametrize(
    ("plant", "words"),
    [
        (the_one_who_stayed_was_not_paged, "step 2 to zoe, who was there, never arrived"),
        (the_last_resort_was_not_paged, "the page to the last resort never arrived"),
        (somebody_was_paged_who_was_gone, "bob was paged by hook-0, which was gone"),
        (an_address_that_was_gone_was_paged, "zoe was paged by old, which was gone"),
        (somebody_was_paged_who_had_left_the_step, "cam was paged in step 2"),
        (an_empty_step_gave_no_reason, "step 3 was empty, and no reason is given"),
        (it_climbs_no_more, "nobody answered, and it is triggered"),
        (nobody_knows_it, "the API does not know it"),
    ],
)
def test_a_planted_fault_is_found(plant: Callable[[], Record], words: str) -> None:
    breaches = judge(plant())
    assert {breach.invariant for breach in breaches} == {"i11_an_edit_misses_nobody"}
    assert any(words in breach.what for breach in breaches)


def test_what_was_in_force_is_the_last_edit_before_and_those_meanwhile() -> None:
    edits = [Edit(at, {}, []) for at in (0.0, 10.0, 20.0)]
    assert [edit.at for edit in in_force(edits, 12, 25)] == [10, 20]
    assert [edit.at for edit in in_force(edits, 20, 25)] == [20]
    assert [edit.at for edit in in_force(edits, -9, 5)] == [0]


def test_edits_are_kept_and_judged_again(tmp_path: Path) -> None:
    record = somebody_was_paged_who_was_gone()
    (tmp_path / "ledger.jsonl").touch()
    keep(record, tmp_path)
    again, _ = kept(tmp_path)
    assert judge(replace(again, receipts=record.receipts)) == judge(record)


def test_whatever_is_edited_the_file_can_be_loaded_and_says_what_is_on_record(tmp_path: Path) -> None:
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "roust.yaml").write_text(
        '{"link_keys": ["a-key-for-the-tests-only-0123456789"], "url": "https://roust.example",'
        ' "users": {"margaret": {"contacts": {"hook": {"webhook": "https://hooks.example.com/m"}}}},'
        ' "defaults": {"last_resort": [{"user": "margaret"}]}, "default_service": "moving"}'
    )
    record = Record(POLICY)
    url = "https://hooks.example.com/{}".format
    moving = Moving(folder / "moving.yaml", url, "key-of-moving-0123456789", record, random.Random(5))
    for _ in range(40):
        moving.edit()
        directory = load([folder], {}).directory
        said = record.edits[-1]
        assert {user: [*them.contacts] for user, them in directory.users.items() if user != "margaret"} == {
            user: [contact] for user, contact in said.contacts.items()
        }
        assert directory.teams["movers"].members == said.steps[1]
    assert {tuple(edit.steps[0]) for edit in record.edits} == {(), ("bob",)}
