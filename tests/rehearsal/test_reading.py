"""A rehearsal with mistakes is not played: each mistake is told with its place and its cure."""

from pathlib import Path

import pytest

from tests.rehearsal.conftest import the_company
from worker.rehearsal.reading import read

GOOD = """\
alert: {service: checkout, summary: "${NOT_A_REFERENCE} is down"}
at: 2026-03-29T00:50:00Z
for: 3h
events:
  - {after: 1m, resolve: }
expect:
  pages: []
  outcome: resolved
"""


def mistakes(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "night.yaml"
    file.write_text(text, encoding="utf-8")
    _, problems = read([file], the_company())
    return [str(problem).removeprefix(f"{tmp_path}/") for problem in problems]


def test_a_good_file_is_read_and_its_texts_are_taken_as_they_are(tmp_path: Path) -> None:
    file = tmp_path / "night.yaml"
    file.write_text(GOOD, encoding="utf-8")
    (rehearsal,), problems = read([file], the_company())
    assert problems == []
    assert rehearsal.script.alert.summary == "${NOT_A_REFERENCE} is down"
    assert rehearsal.file == str(file)


@pytest.mark.parametrize(
    ("change", "to", "said"),
    [
        ("at: 2026-03-29T00:50:00Z\n", "", "night.yaml:1:1: at: is required"),
        ("00:50:00Z", "00:50:00", "night.yaml:2:1: at: needs an offset: write 2026-03-29T00:50:00Z"),
        ("00:50:00Z", "25:50:00Z", "night.yaml:2:1: at: no such time"),
        ("for: 3h", "for: 3 hours", "night.yaml:3:1: for: not a duration: '3 hours'; write it like 45s"),
        ("for: 3h", "for: 30s", "an event after 1m comes when nobody watches any more; see for:"),
        ("for: 3h", "for: 30w", "for: from 1s to 4w"),
        ("resolve: ", "reslove: {}", "events[0].reslove: unknown key; did you mean 'resolve'?"),
        ("resolve: ", "note: {by: ada}", "night.yaml:5:17: events[0].note.text: is required"),
        ("resolve: ", "resolve: {}, escalate: {}", "events[0]: an event is exactly one of trigger, acknowledge"),
        ("resolve: ", "acknowledge: ada", "events[0].acknowledge: must be a map of keys and values (got text)"),
        (
            "resolve: ",
            "fail: {user: adda, contact: mail}",
            "events[0].fail.user: no user named 'adda'; did you mean 'ada'?",
        ),
        ("resolve: ", "fail: {user: ada, contact: fax}", "no contact of this user named 'fax'; there are: push, mail"),
        ("resolve: ", "reassign: {}", "events[0].reassign: reassign to exactly one of user, escalation_policy"),
        (
            "resolve: ",
            "reassign: {escalation_policy: payment}",
            "no escalation policy named 'payment'; did you mean 'payments'?",
        ),
        (
            "service: checkout",
            "service: chekout",
            "alert.service: no service named 'chekout'; did you mean 'checkout'?",
        ),
        ("pages: []", "pages:", "night.yaml:7:3: expect.pages: says nothing: leave it out, or write []"),
        ("pages: []", "pages: [{after: 0s, user: ada}]", "expect.pages[0].contact: is required"),
        ("outcome: resolved", "outcome: solved", "night.yaml:8:3: expect.outcome: must be one of triggered"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_its_cure(tmp_path: Path, change: str, to: str, said: str) -> None:
    assert change in GOOD
    (told,) = mistakes(tmp_path, GOOD.replace(change, to))
    assert said in told
    assert told.startswith("night.yaml:")


@pytest.mark.parametrize("text", ["", "- a list\n", "alert: [\n", "alert: {summary: x\x07}\n"])
def test_what_is_no_rehearsal_at_all_is_told(tmp_path: Path, text: str) -> None:
    (told,) = mistakes(tmp_path, text)
    assert told.startswith("night.yaml:1:") or told.startswith("night.yaml:2:")


def test_all_mistakes_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(GOOD.replace("resolved", "solved").replace("checkout", "chekout"), encoding="utf-8")
    rehearsals, problems = read([bad, tmp_path / "absent.yaml"], the_company())
    assert rehearsals == []
    assert [problem.path or problem.text for problem in problems] == ["no such file", "alert.service", "expect.outcome"]
