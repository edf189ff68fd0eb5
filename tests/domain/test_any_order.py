"""I13: duplicates, and what arrives in any order: all of it converges, and no trigger after a resolve is swallowed."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.world import World, step

Delivery = tuple[str, str]
"""(verb, request): what is delivered twice has one request."""

deliveries = st.lists(
    st.one_of(
        st.tuples(st.just("trigger"), st.sampled_from(["first", "again", "once more"])),
        st.tuples(st.just("acknowledge"), st.sampled_from(["of ada", "of ben"])),
        st.tuples(st.just("resolve"), st.sampled_from(["of the source", "of ada"])),
    ),
    max_size=8,
)
STEPS = [step("ada"), step("ben", wait="10m")]
BEFORE_THE_FIRST_PAGE, LATER = 0, 400


def deliver(w: World, verb: str, request: str) -> None:
    match verb:
        case "trigger":
            w.trigger(request=request)
        case "acknowledge":
            w.acknowledge(request.removeprefix("of "), f"acknowledge {request}")
        case _:
            w.resolve(request.removeprefix("of "), f"resolve {request}")


def played(at: float, given: list[Delivery]) -> World:
    """All of it arrives at once, as from clients that race; then a day passes, but for what ends by itself."""
    happens: list[tuple[float, Any]] = [(at, lambda w, it=it: deliver(w, *it)) for it in given]
    return World(steps=STEPS).run(80_000, happens)


def expected(given: list[Delivery]) -> tuple[str, str | None]:
    """State and owner, told in a few lines: an answer counts when it is first delivered, and not after the end."""
    state, owner, heard = "open", None, set()
    for verb, request in given:
        if verb == "trigger":
            # A delivery of the very trigger that opened it is no news.
            if state == "resolved" and request != "first":
                state, owner = "open", None
        elif (verb, request) not in heard:
            heard.add((verb, request))
            if verb == "acknowledge" and state == "open":
                state, owner = "acknowledged", request.removeprefix("of ")
            elif verb == "resolve" and state != "resolved":
                state = "resolved"
    return ("exhausted" if state == "open" else state), owner


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([BEFORE_THE_FIRST_PAGE, LATER]), deliveries)
def test_whatever_order_and_however_often_it_converges(at: float, given: list[Delivery]) -> None:
    w = played(at, given)
    assert (w.state, w.story.alert.owner) == expected(given)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([BEFORE_THE_FIRST_PAGE, LATER]), deliveries)
def test_an_answer_delivered_again_changes_nothing(at: float, given: list[Delivery]) -> None:
    words = [it for it in given if it[0] != "trigger"]
    once, again = played(at, given), played(at, [*given, *words])
    assert (again.state, again.story.alert.owner, again.pages) == (once.state, once.story.alert.owner, once.pages)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([BEFORE_THE_FIRST_PAGE, LATER]), deliveries, st.integers(0, 8))
def test_a_trigger_after_the_resolve_is_never_swallowed(at: float, given: list[Delivery], delayed: int) -> None:
    late = [it for it in given if it[0] != "acknowledge"][:delayed]
    w = played(at, [*given, ("resolve", "of ben"), ("trigger", "a new outbreak"), *late])
    told = [page for page in w.sent if page.kind == "page" and page.after >= at]
    answered = w.state == "resolved" and any(it == ("resolve", "of ada") for it in late)
    assert told or answered
