"""I11: teams, schedules, groups, contacts and people are edited while an alert climbs.

Whoever the file of that minute names is paged, by no contact that is gone from it; an emptied step says why it was
skipped; and somebody is the last resort.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from roust.domain.directory import Directory
from roust.domain.timeline import Entry, Kind
from tests.fakes.world import World

TARGETS: list[list[dict[str, str]]] = [
    [{"user": "ada"}, {"team": "web"}],
    [{"schedule": "primary"}],
    [{"group": "heads"}],
]
PEOPLE = ["ada", "ben", "cleo", "dan", "eve"]
LATER = 60
"""Seconds after which somebody's second contact is due; shorter than any wait."""


@dataclass
class Company:
    """What the file says: contacts by user, and who is in the team, on the schedule and in the group; None: it has
    no such thing any more. `nora` is always there, as is nobody else."""

    contacts: dict[str, list[str]] = field(
        default_factory=lambda: {name: ["push", "mail"] for name in (*PEOPLE, "margaret", "nora")}
    )
    web: list[str] | None = field(default_factory=lambda: ["ben", "cleo"])
    primary: list[str] | None = field(default_factory=lambda: ["cleo", "dan"])
    heads: list[str] | None = field(default_factory=lambda: ["eve"])

    def resolves(self, step: int) -> set[str]:
        """Whom the step pages, read from the contract alone: rules 1, 3 and 4."""
        web, primary, heads = (set(named or ()) for named in (self.web, self.primary, self.heads))
        found = {1: {"ada"} | web, 2: primary, 3: heads | web if self.heads is not None else set()}[step]
        return found & set(self.contacts)

    @property
    def last_resort(self) -> str:
        return "margaret" if "margaret" in self.contacts else "nora"

    def directory(self) -> Directory:
        there: dict[str, Any] = {"users": {name: self._user(them) for name, them in self.contacts.items()}}
        # A team or a group of nobody is a mistake: it has to go.
        if self.web is not None and self._left(self.web):
            there["teams"] = {"web": {"members": self._left(self.web)}}
        if self.primary is not None:
            # Layers of one level are on call together.
            shift = {"every": "1w", "start": "2026-01-05T09:00"}
            layers = [shift | {"users": [name]} for name in self._left(self.primary)]
            there["schedules"] = {"primary": {"time_zone": "UTC", "layers": layers}}
        if self.heads is not None and (self._left(self.heads) or "teams" in there):
            there["groups"] = {"heads": {"members": self._left(self.heads), "teams": [*there.get("teams", ())]}}
        return Directory.model_validate(there | {"defaults": {"last_resort": [{"user": self.last_resort}]}})

    def _left(self, names: list[str]) -> list[str]:
        return [name for name in names if name in self.contacts]

    @staticmethod
    def _user(contacts: list[str]) -> dict[str, Any]:
        after = {"push": "0s", "mail": f"{LATER}s"} if len(contacts) > 1 else dict.fromkeys(contacts, "0s")
        rules = [{"after": after[contact], "contacts": [contact]} for contact in contacts]
        there = {contact: {"email": f"{contact}@example.com"} for contact in contacts}
        return {"contacts": there, "notification_rules": {"high": rules}} if rules else {}


def goes(name: str) -> Callable[[Company], None]:
    return lambda company: company.contacts.pop(name, None) and None


def comes(name: str) -> Callable[[Company], None]:
    return lambda company: company.contacts.update({name: ["push", "mail"]})


def loses(name: str, contact: str) -> Callable[[Company], None]:
    def lose(company: Company) -> None:
        if len(company.contacts.get(name, [])) > 1:
            company.contacts[name].remove(contact)

    return lose


def becomes(what: str, names: list[str] | None) -> Callable[[Company], None]:
    return lambda company: setattr(company, what, names)


somebody = st.sampled_from([*PEOPLE, "margaret"])
edits = st.one_of(
    st.builds(goes, somebody),
    st.builds(comes, somebody),
    st.builds(loses, somebody, st.sampled_from(["push", "mail"])),
    st.builds(
        becomes,
        st.sampled_from(["web", "primary", "heads"]),
        st.none() | st.lists(st.sampled_from(PEOPLE), max_size=3, unique=True),
    ),
)


class Edited:
    """A world whose file is edited; `at(second)` is what the file said then."""

    def __init__(self, script: list[tuple[int, Callable[[Company], None]]], repeats: int) -> None:
        self.world = World(steps=[{"notify": targets, "wait": "5m"} for targets in TARGETS], repeats=repeats)
        self._said: list[tuple[float, Company]] = [(-1.0, Company())]
        self.world.directory = self._said[0][1].directory()
        self.world.run(20_000, [(at, lambda w, edit=edit: self._edit(w, edit)) for at, edit in script])

    def _edit(self, w: World, edit: Callable[[Company], None]) -> None:
        company = copy.deepcopy(self._said[-1][1])
        edit(company)
        self._said.append((w.after, company))
        w.directory = company.directory()

    def at(self, second: float) -> Company:
        return [company for at, company in self._said if at <= second][-1]

    def after(self, entry: Entry) -> float:
        return (entry.at - self.world.start).total_seconds()


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2_000), edits), min_size=1, max_size=6), st.integers(0, 1))
def test_whoever_the_file_of_that_minute_names_is_paged_and_nobody_at_what_is_gone(
    script: list[tuple[int, Callable[[Company], None]]], repeats: int
) -> None:
    e = Edited(script, repeats)
    w, entries = e.world, e.world.story.timeline.entries
    pages = [page for page in w.sent if page.kind == "page"]
    for page in pages:
        assert page.contact in e.at(page.after).contacts[page.user]
    for begun, following in pairwise(entry for entry in entries if entry.kind in (Kind.STEP, Kind.EXHAUSTED)):
        after, place = e.after(begun), (begun.pass_, begun.step)
        assert begun.step is not None
        company = e.at(after)
        named = company.resolves(begun.step)
        reached = {page.user for page in pages if (page.pass_, page.step, page.after) == (*place, after)}
        again = {page.user for page in pages if page.after == after}
        # A step that begins at the same instant as another does not send twice to one contact.
        assert reached <= named <= again
        skipped = [e for e in entries if e.kind is Kind.SKIPPED and (e.pass_, e.step, e.at) == (*place, begun.at)]
        assert bool(skipped) is not bool(named)
        if begun.pass_ == 1 and not named:
            assert following.at == begun.at
        for user in named:
            if len(company.contacts[user]) > 1 and "mail" in e.at(after + LATER).contacts.get(user, ()):
                assert any((p.user, p.contact) == (user, "mail") and after <= p.after <= after + LATER for p in pages)
    assert w.state == "exhausted"
    resorted = [page for page in pages if page.step == 0]
    assert resorted
    assert all(page.user in ("margaret", "nora") for page in resorted)
    assert resorted[0].user == e.at(resorted[0].after).last_resort


def test_a_last_resort_that_is_gone_gives_way_to_that_of_today() -> None:
    w = Edited([(10, goes("margaret"))], repeats=0).world
    assert [page.user for page in w.sent if page.step == 0] == ["nora", "nora"]
    [_said] = [entry for entry in w.story.timeline.entries if "last resort is left" in (entry.text + (entry.why or ""))]


def test_a_step_of_people_without_contacts_is_an_empty_one() -> None:
    w = Edited([(10, lambda company: company.contacts.update(cleo=[], dan=[]))], repeats=0).world
    assert [entry.why for entry in w.story.timeline.entries if entry.kind is Kind.SKIPPED] == [
        "cleo has no contacts; dan has no contacts"
    ]
