"""What was expected and what came: each difference in one line that a person can act on."""

from collections.abc import Callable

from roust.domain.alert import AlertState
from worker.rehearsal.outcome import Heard, Page, notices, pages, seconds
from worker.rehearsal.play import Played
from worker.rehearsal.script import Expectation, ExpectedNotice, ExpectedPage


def differences(expected: Expectation, played: Played) -> list[str]:
    """Nothing, when it went as expected."""
    found = _of_pages(expected.pages, pages(played)) if expected.pages is not None else []
    found += _of_notices(expected.notices, notices(played)) if expected.notices is not None else []
    if expected.outcome is not None and expected.outcome != played.outcome:
        why = f" ({played.why[-1]})" if played.outcome in ("dropped", AlertState.SUPPRESSED.value) else ""
        found.append(f"expected outcome {expected.outcome}: it is {played.outcome}{why}")
    return found


def _of_pages(expected: list[ExpectedPage], came: list[Page]) -> list[str]:
    # The most precise expectations choose first, so that a vague one does not take their page.
    missing = sorted(expected, key=_vagueness)
    left = list(came)
    _pair(missing, left, _as_expected)
    said: list[tuple[int, str]] = []
    for wanted, page in _pair(missing, left, _elsewhere):
        place = f"step {page.step}, pass {page.pass_}, cycle {page.cycle}"
        said.append((_at(wanted), f"expected {_words(wanted)}: came as {place}"))
    for wanted, page in _pair(missing, left, _another_time):
        said.append((_at(wanted), f"expected {_words(wanted)}: came at {seconds(page.after)}"))
    said += [(_at(wanted), f"expected {_words(wanted)}: did not happen") for wanted in missing]
    said += [(page.after, f"{page}: not expected") for page in left]
    return [line for _, line in sorted(said)]


def _of_notices(expected: list[ExpectedNotice], came: list[Heard]) -> list[str]:
    wanted = [Heard(int(one.after.total_seconds()), one.group, one.event.value) for one in expected]
    missing, left = list(wanted), list(came)
    for one in wanted:
        if one in left:
            missing.remove(one)
            left.remove(one)
    said: list[tuple[int, str]] = []
    for one in list(missing):
        late = next((other for other in left if (other.group, other.event) == (one.group, one.event)), None)
        if late is not None:
            said.append((one.after, f"expected {one}: came at {seconds(late.after)}"))
            missing.remove(one)
            left.remove(late)
    said += [(one.after, f"expected {one}: did not happen") for one in missing]
    said += [(one.after, f"{one}: not expected") for one in left]
    return [line for _, line in sorted(said)]


Alike = Callable[[ExpectedPage, Page], bool]


def _pair(missing: list[ExpectedPage], left: list[Page], alike: Alike) -> list[tuple[ExpectedPage, Page]]:
    """Takes from both lists what is `alike`, the nearest in time first."""
    pairs: list[tuple[ExpectedPage, Page]] = []
    for wanted in list(missing):
        near = [page for page in left if alike(wanted, page)]
        if near:
            page = min(near, key=lambda page: abs(page.after - _at(wanted)))
            pairs.append((wanted, page))
            missing.remove(wanted)
            left.remove(page)
    return pairs


def _same_place(wanted: ExpectedPage, page: Page) -> bool:
    return all(
        one in (None, other)
        for one, other in ((wanted.step, page.step), (wanted.pass_, page.pass_), (wanted.cycle, page.cycle))
    )


def _same_contact(wanted: ExpectedPage, page: Page) -> bool:
    return (wanted.user, wanted.contact) == (page.user, page.contact)


def _as_expected(wanted: ExpectedPage, page: Page) -> bool:
    return _elsewhere(wanted, page) and _same_place(wanted, page)


def _elsewhere(wanted: ExpectedPage, page: Page) -> bool:
    return _same_contact(wanted, page) and _at(wanted) == page.after


def _another_time(wanted: ExpectedPage, page: Page) -> bool:
    return _same_contact(wanted, page) and _same_place(wanted, page)


def _vagueness(wanted: ExpectedPage) -> int:
    return [wanted.step, wanted.pass_, wanted.cycle].count(None)


def _at(wanted: ExpectedPage) -> int:
    return int(wanted.after.total_seconds())


def _words(wanted: ExpectedPage) -> str:
    place = [("step", wanted.step), ("pass", wanted.pass_), ("cycle", wanted.cycle)]
    said = ", ".join(f"{name} {number}" for name, number in place if number is not None)
    return f"{seconds(_at(wanted))} {wanted.user} by {wanted.contact}" + (f" ({said})" if said else "")
