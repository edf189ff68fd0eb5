"""The domain against a second reading of the contract, on policies, fates and events that nobody thought of."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from roust.domain.notification import Planned, Result
from tests.domain.reference import Reference
from tests.fakes.world import NOBODY, World

USERS = ["ada", "ben", "cleo"]
CONTACTS = ["mail", "push", "call"]
HORIZON = 5_000
PHASES = (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink)

waits = st.sampled_from([10, 30, 60, 120, 300])
steps = st.lists(
    st.tuples(st.lists(st.sampled_from(USERS), max_size=2, unique=True), waits, st.booleans()), min_size=1, max_size=4
)
rules = st.lists(
    st.tuples(
        st.sampled_from([0, 0, 5, 30, 60, 100, 300]), st.lists(st.sampled_from(CONTACTS), min_size=1, max_size=2)
    ),
    min_size=1,
    max_size=3,
)
rule_books = st.fixed_dictionaries(dict.fromkeys([*USERS, "margaret"], rules))
# What a contact does: always the same, or failing until a second and then this.
fates = st.tuples(
    st.sampled_from(["sent", "refused", "try_again"]), st.sampled_from(["sent", "refused"]), st.integers(1, 700)
)
fate_books = st.fixed_dictionaries(
    {
        f"{user}_{contact}": st.one_of(st.just(("sent", "sent", 1)), fates)
        for user in [*USERS, "margaret"]
        for contact in CONTACTS
    }
)
events = st.lists(
    st.tuples(
        st.one_of(st.integers(0, 1500), st.sampled_from([0, 10, 30, 60, 120, 300, 4000, 4900])),
        st.sampled_from(["trigger", "raise", "acknowledge", "resolve"]),
    ),
    max_size=3,
)
policies = st.fixed_dictionaries(
    {
        "steps": steps,
        "repeats": st.integers(0, 2),
        "high": rule_books,
        "low": rule_books,
        "fates": fate_books,
        "last_resort": st.lists(st.sampled_from(["margaret", "ada"]), min_size=1, max_size=2, unique=True),
        "urgency": st.sampled_from(["high", "high", "low"]),
        "timeout": st.sampled_from([None, None, 600]),
        "events": events,
    }
)
Case = dict[str, Any]


def fate_of(case: Case) -> Callable[[str, str, int], str]:
    def fate(user: str, contact: str, second: int) -> str:
        before, after, until = case["fates"][f"{user}_{contact}"]
        return str(before if second < until or before == "refused" else after)

    return fate


def expected(case: Case) -> Reference:
    contacts = {
        user: list(dict.fromkeys(c for book in ("high", "low") for _, cs in case[book][user] for c in cs))
        for user in case["high"]
    }
    model = Reference(
        steps=case["steps"],
        repeats=case["repeats"],
        rules={"high": case["high"], "low": case["low"]},
        contacts=contacts,
        last_resort=case["last_resort"],
        fate=fate_of(case),
        urgency=case["urgency"],
        timeout=case["timeout"],
    )
    for at, verb in sorted(case["events"], key=lambda event: event[0]):
        if at > model.now:
            model.before(at)
            if model.state == "resolved":
                break
        match verb:
            case "acknowledge":
                model.acknowledge("ben")
            case "resolve":
                model.resolve()
            case _:
                model.trigger(high=verb == "raise")
    return model.to(HORIZON)


def a_world(case: Case, **parts: Any) -> World:
    fate = fate_of(case)

    def planned_fate(planned: Planned, after: float) -> Result:
        return Result(fate(planned.user, planned.contact, int(after)))

    return World(
        steps=[
            {
                "notify": [{"user": user} for user in users or [NOBODY]],
                "wait": f"{wait}s",
                "on_empty": "wait" if waits_when_empty else "skip",
            }
            for users, wait, waits_when_empty in case["steps"]
        ],
        repeats=case["repeats"],
        rules=case["high"],
        low_rules=case["low"],
        last_resort=case["last_resort"],
        fate=planned_fate,
        urgency=case["urgency"],
        priority="P4" if case["urgency"] == "low" else "P1",
        acknowledge_timeout=f"{case['timeout']}s" if case["timeout"] else None,
        **parts,
    )


def happening(number: int, verb: str) -> Callable[[World], None]:
    def happens(w: World) -> None:
        match verb:
            case "acknowledge":
                w.acknowledge("ben", f"event-{number}")
            case "resolve":
                w.resolve(request=f"event-{number}")
            case "raise":
                w.trigger(request=f"event-{number}", priority="P1", urgency="high")
            case _:
                w.trigger(request=f"event-{number}", priority="P5", urgency="low")

    return happens


def script(case: Case) -> list[tuple[float, Callable[[World], None]]]:
    return [(at, happening(n, verb)) for n, (at, verb) in enumerate(case["events"])]


def places(w: World) -> list[tuple[float, str, str, int, int, int]]:
    return [(p.after, p.user, p.contact, p.step, p.pass_, p.cycle) for p in w.sent if p.kind == "page"]


@settings(max_examples=100, deadline=None, phases=PHASES)
@given(policies)
def test_every_page_is_the_one_that_a_second_reading_of_the_contract_expects(case: Case) -> None:
    w = a_world(case).run(HORIZON, script(case))
    model = expected(case)
    assert sorted(places(w)) == sorted(model.pages)
    assert w.state == model.state


@settings(max_examples=50, deadline=None, phases=PHASES)
@given(policies, st.sampled_from([0, 2]))
def test_a_continue_as_new_at_any_moment_changes_nothing(case: Case, takes: float) -> None:
    plain = a_world(case, takes=takes).run(HORIZON, script(case))
    reloaded = a_world(case, takes=takes, reloads=True).run(HORIZON, script(case))
    assert reloaded.sent == plain.sent
    assert reloaded.story == plain.story


@settings(max_examples=50, deadline=None, phases=PHASES)
@given(policies, st.sampled_from([0, 0.3, 7]))
def test_no_message_goes_out_twice_under_one_key(case: Case, takes: float) -> None:
    w = a_world(case, takes=takes).run(HORIZON, script(case))
    keys = [p.key for p in w.sent]
    assert len(set(keys)) == len(keys)


@settings(max_examples=50, deadline=None, phases=PHASES)
@given(policies, st.sampled_from([0, 0.3, 7]))
def test_nobody_is_paged_while_it_is_acknowledged_or_after_it_is_resolved(case: Case, takes: float) -> None:
    tried: list[tuple[str, str]] = []
    w = a_world(case, takes=takes)
    usual = w.fate

    def watched(planned: Planned, after: float) -> Result:
        tried.append((w.state, planned.occasion.split("-")[0]))
        return usual(planned, after)

    w.fate = watched
    w.run(HORIZON, script(case))
    assert {occasion for state, occasion in tried if state == "acknowledged"} <= {"reminder"}
    assert {occasion for state, occasion in tried if state == "resolved"} <= {"resolved"}
    assert {occasion for state, occasion in tried if state in ("triggered", "exhausted")} <= {"", "last"}


@settings(max_examples=50, deadline=None, phases=PHASES)
@given(policies, st.integers(0, 2_000), st.sampled_from([0, 2]), st.booleans())
def test_an_open_alert_always_knows_when_it_acts_next(case: Case, second: int, takes: float, ends: bool) -> None:
    auto_resolve = timedelta(hours=24 if ends else 0)
    w = a_world(case, takes=takes, auto_resolve=auto_resolve).run(second, script(case))
    rests = not ends and w.state in ("acknowledged", "exhausted")
    if not w.over and not w.air:
        assert w.until is None or w.until > w.now
        assert w.until is not None or rests


@settings(max_examples=50, deadline=None, phases=PHASES)
@given(policies, st.integers(0, 1_500), st.integers(1, 4_000))
def test_after_a_sleep_everything_due_is_sent_once_and_the_climb_goes_on(case: Case, since: int, length: int) -> None:
    w = a_world(case).asleep(since, since + length).run(HORIZON + length, script(case))
    assert not [p for p in w.sent if since <= p.after < since + length]
    keys = [p.key for p in w.sent]
    assert len(set(keys)) == len(keys)
    assert w.state != "triggered" or w.until is not None
