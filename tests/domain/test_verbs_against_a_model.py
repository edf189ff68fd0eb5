"""Whatever people, sources and providers do, in whatever order: the domain does what a second reading expects.

A failure prints the shortest way to it as a `roust.yaml` and a rehearsal to play it with.
"""

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from roust.domain import verbs
from roust.domain.notification import Result
from roust.domain.policy import EscalationPolicy, Target
from tests.domain.as_rehearsal import Steps, a_company, a_policy, a_rehearsal, written
from tests.domain.reference import Reference
from tests.domain.test_reference import PHASES, USERS, Case, rule_books, steps
from tests.fakes.world import NOBODY, World

LAST = st.lists(st.sampled_from(["margaret", "ada"]), min_size=1, max_size=2, unique=True)
USER = st.sampled_from([*USERS, "margaret"])
BY = st.sampled_from(["ada", "ben"])
PAUSES = st.sampled_from([0, 1, 5, 10, 30, 59, 60, 100, 120, 300, 600, 1800, 4000])
SNOOZES = st.sampled_from([60, 300, 3600, 59, 1, 10 * 365 * 86_400])
HORIZON = 5_000
"""Seconds after the last event that are watched."""


def targets(given: Steps) -> list[dict[str, Any]]:
    return [
        {
            "notify": [{"user": user} for user in users or [NOBODY]],
            "wait": f"{wait}s",
            "on_empty": "wait" if waits_when_empty else "skip",
        }
        for users, wait, waits_when_empty in given
    ]


events = st.tuples(
    PAUSES,
    st.one_of(
        st.tuples(st.just("fail"), st.one_of(USER, st.none()), st.sampled_from(["refused", "try_again"])),
        st.tuples(st.just("repeat"), st.booleans()),
        st.tuples(st.just("acknowledge"), BY),
        st.tuples(st.just("escalate"), BY, st.sampled_from([0, 0, 0, 1])),
        st.tuples(st.just("reassign"), BY, USER),
        st.tuples(st.just("reassign_to_policy"), BY, steps, st.integers(0, 1), LAST),
        st.tuples(st.just("snooze"), BY, SNOOZES),
        st.tuples(st.just("note"), BY),
    ),
)
policies = st.fixed_dictionaries(
    {
        "steps": steps,
        "repeats": st.integers(0, 2),
        "high": rule_books,
        "low": rule_books,
        "last_resort": LAST,
        "urgency": st.sampled_from(["high", "low"]),
        "timeout": st.sampled_from([None, 600]),
        "auto_resolve": st.sampled_from([86_400, 3_000]),
    }
)


class Both:
    """One alert twice: in the world of the domain, and in the reference. After every event both say the same."""

    def __init__(self, case: Case) -> None:
        self.second = 0
        self.done: list[tuple[int, str, dict[str, Any]]] = []
        self.failing: dict[tuple[str, str], str] = {}
        self.refused, self.accepted = "", True
        self.rules = {"high": case["high"], "low": case["low"]}
        self.auto_resolve = case["auto_resolve"]
        self.priority = "P4" if case["urgency"] == "low" else "P1"
        self.policies = {
            "payments": a_policy(case["steps"], case["repeats"], case["last_resort"], case["timeout"]),
        }
        self.world = World(
            steps=targets(case["steps"]),
            repeats=case["repeats"],
            rules=case["high"],
            low_rules=case["low"],
            last_resort=case["last_resort"],
            fate=lambda planned, after: Result(self.fate(planned.user, planned.contact)),
            urgency=case["urgency"],
            priority=self.priority,
            acknowledge_timeout=f"{case['timeout']}s" if case["timeout"] else None,
            auto_resolve=timedelta(seconds=case["auto_resolve"]),
        )
        self.contacts = {
            user: list(dict.fromkeys(c for book in ("high", "low") for _, cs in case[book][user] for c in cs))
            for user in case["high"]
        }
        self.model = Reference(
            steps=case["steps"],
            repeats=case["repeats"],
            rules=self.rules,
            contacts=self.contacts,
            last_resort=case["last_resort"],
            fate=lambda user, contact, second: self.fate(user, contact),
            urgency=case["urgency"],
            timeout=case["timeout"],
            auto_resolve=case["auto_resolve"],
        )
        self.pass_time(0)

    def fate(self, user: str, contact: str) -> str:
        return self.failing.get((user, contact), "sent")

    def pass_time(self, seconds: int) -> None:
        """What is due by then has happened, in both."""
        self.second += seconds
        self.world.run(self.second)
        self.model.to(self.second)
        self.agree()

    def happens(self, pause: int, verb: str, *parts: Any) -> None:
        """After `pause` seconds, and after what is due then. A failure comes a second later, before what is due."""
        self.pass_time(pause)
        if self.world.over:
            return
        self.refused, self.accepted = "", True
        getattr(self, verb)(*parts)
        assert bool(self.refused) is not self.accepted, f"{verb} {parts}: {self.refused or 'accepted'}{self.told()}"
        self.pass_time(0)

    def agree(self) -> None:
        world, model = self.world, self.model
        pages = [(int(p.after), p.user, p.contact, p.step, p.pass_, p.cycle) for p in world.sent if p.kind == "page"]
        came = (sorted(pages), world.state, world.story.alert.owner)
        assert came == (sorted(model.pages), model.state, model.owner), self.told()
        assert world.over or (world.until is not None and world.until > world.now), self.told()

    def printed(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The configuration, and the rehearsal of what happened so far with what the second reading expects."""
        company = a_company(self.policies, self.rules, self.auto_resolve)
        return company, a_rehearsal(self.priority, self.second, self.done, self.model.pages, self.model.state)

    def told(self) -> str:
        company, played = self.printed()
        return f"\n# roust.yaml\n{written(company)}\n# rehearsal.yaml\n{written(played)}"

    # -- the events -----------------------------------------------------------------------------------------

    def fail(self, user: str | None, how: str) -> None:
        """All contacts of somebody, or everybody's."""
        self.second += 1
        for name in [user] if user else self.contacts:
            for contact in self.contacts[name]:
                self.failing[name, contact] = how
                self._did("fail", user=name, contact=contact, **{"as": how})

    def repeat(self, worse: bool) -> None:
        priority, urgency = ("P1", "high") if worse else ("P5", "low")
        self.world.trigger(priority=priority, urgency=urgency, request=f"repeat-{len(self.done)}")
        self.model.trigger(high=worse)
        self._did("trigger", priority=priority)

    def acknowledge(self, by: str) -> None:
        self.world.acknowledge(by, f"acknowledge-{len(self.done)}")
        self.accepted = self.model.acknowledge(by)
        self._did("acknowledge", by=by)

    def resolve(self) -> None:
        self.world.resolve(request=f"resolve-{len(self.done)}")
        self.accepted = self.model.resolve()
        self._did("resolve")

    def escalate(self, by: str, stale: int) -> None:
        seen = self.world.story.climb.step + stale
        story = self.world.story
        self.refused = verbs.escalate_refusal(story, story.alert.id, seen) or ""
        if not self.refused:
            verbs.escalate(story, by, self.world.now)
        self.accepted = self.model.escalate(seen)
        self._did("escalate", by=by, step=seen)

    def reassign(self, by: str, user: str) -> None:
        verbs.reassign_to_user(self.world.story, user, by, self.world.now)
        self.accepted = self.model.reassign_to(user)
        self._did("reassign", by=by, user=user)

    def reassign_to_policy(self, by: str, given: Steps, repeats: int, last: list[str]) -> None:
        name = f"policy-{len(self.policies)}"
        self.policies[name] = a_policy(given, repeats, last, None)
        policy = EscalationPolicy.model_validate({"steps": targets(given), "repeats": repeats})
        rest = [Target(user=user) for user in last]
        verbs.reassign_to_policy(self.world.story, name, policy, rest, by, self.world.now)
        self.accepted = self.model.reassign_to_policy(given, repeats, last)
        self._did("reassign", by=by, escalation_policy=name)

    def snooze(self, by: str, seconds: int) -> None:
        story, length = self.world.story, timedelta(seconds=seconds)
        self.refused = verbs.snooze_refusal(story, story.alert.id, length) or ""
        if not self.refused:
            verbs.snooze(story, length, by, self.world.now)
        self.accepted = self.model.snooze(by, seconds)
        self._did("snooze", by=by, **{"for": f"{seconds}s"})

    def note(self, by: str) -> None:
        verbs.add_note(self.world.story, "known", by, self.world.now)
        self.accepted = self.model.note()
        self._did("note", by=by, text="known")

    def _did(self, verb: str, **parts: Any) -> None:
        self.done.append((self.second, verb, parts))


@settings(max_examples=100, deadline=None, phases=PHASES)
@given(policies, st.lists(events, max_size=8), st.booleans())
def test_whatever_people_do_the_pages_are_those_of_a_second_reading(case: Case, script: list[Any], ends: bool) -> None:
    both = Both(case)
    for pause, (verb, *parts) in script:
        both.happens(pause, verb, *parts)
    if ends:
        both.happens(10, "resolve")
    both.pass_time(HORIZON)
