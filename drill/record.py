"""The record of a drill: what was asked, what was answered, what arrived. Nothing of Roust's own state is in it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

ACCEPTED = range(200, 300)
PAGE = "page"
Place = tuple[int, int, str, str]
"""(pass, step, user, contact): where on the policy a page belongs; the last resort's is of pass 0, step 0."""


@dataclass(frozen=True)
class Receipt:
    """One message as the provider received it; `at` is seconds of the epoch. Step 0 is the last resort."""

    at: float
    key: str
    kind: str
    alert: str
    user: str
    contact: str
    step: int
    pass_: int
    cycle: int = 1
    peer: int = 0
    merged: bool = False
    """It came together with other alerts of its service, as one page."""

    @property
    def place(self) -> Place:
        """Where on the policy it belongs."""
        return (self.pass_ if self.step else 0, self.step, self.user, self.contact)


@dataclass(frozen=True)
class Word:
    """An acknowledge or a resolve that was answered 2xx: `first` is what the answer said of it."""

    verb: str
    by: str
    sent_at: float
    answered_at: float
    status: int = 200
    first: bool = False


@dataclass
class Accepted:
    """An alert whose trigger was answered 2xx. `sent_at`: the first attempt; `answered_at`: that answer.

    `ids`: every id that the API gave for it. `reopened`: a trigger after the resolve went on with the same id.
    `final`: what `GET /v1/alerts/{id}` says at the end, None when it does not know it.
    """

    id: str
    key: str
    sent_at: float
    answered_at: float
    ids: set[str] = field(default_factory=set)
    repeats: int = 0
    words: list[Word] = field(default_factory=list)
    reopened: bool = False
    after_resolve: bool = False
    final: dict[str, Any] | None = None

    @property
    def answered(self) -> bool:
        return bool(self.words) and not self.reopened


@dataclass(frozen=True)
class Fault:
    """What was killed, put to sleep or cut when, and when it served again. `kills`: SIGKILLs; `stops`: whether
    nobody could page."""

    what: str
    killed_at: float
    returned_at: float
    kills: int = 1
    stops: bool = False

    @property
    def times(self) -> int:
        """How many faults it is: who sleeps is not killed, and is one."""
        return max(1, self.kills)


@dataclass(frozen=True)
class Edit:
    """What the file of the company that moves says from `at` on: everybody's one contact, and whom each step pages."""

    at: float
    contacts: dict[str, str]
    steps: list[list[str]]


@dataclass(frozen=True)
class Policy:
    """What was configured: (users, seconds of wait) of each step, passes, contacts by user with their delays."""

    steps: list[tuple[list[str], float]]
    passes: int
    rules: dict[str, list[tuple[float, str]]]
    last_resort: list[str]

    def rungs(self) -> Iterator["Rung"]:
        """Every page that is due while nobody answers, in order of its due time."""
        begins = 0.0
        for pass_ in range(1, self.passes + 1):
            for number, (users, wait) in enumerate(self.steps, start=1):
                for user in users:
                    for after, contact in self.rules[user]:
                        yield Rung(pass_, number, user, contact, begins, after)
                begins += wait
        for user in self.last_resort:
            for after, contact in self.rules[user]:
                yield Rung(0, 0, user, contact, begins, after)


@dataclass(frozen=True)
class Rung:
    """One page: its step begins `begins` seconds after the trigger, and it is due `after` seconds later."""

    pass_: int
    step: int
    user: str
    contact: str
    begins: float
    after: float

    @property
    def place(self) -> Place:
        return (self.pass_, self.step, self.user, self.contact)

    @property
    def due(self) -> float:
        return self.begins + self.after


@dataclass
class Record:
    """A whole drill. `over_at`: when the last fault was over. `edits`, the first being what the file said at first;
    `moved`: the alerts of that company, which are judged by I11 alone."""

    policy: Policy
    alerts: list[Accepted] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    over_at: float = 0.0
    leaks: list[str] = field(default_factory=list)
    """Where a secret or an address stood that must stand nowhere."""
    edits: list[Edit] = field(default_factory=list)
    moved: list[Accepted] = field(default_factory=list)
    _sorted: dict[str, list[Receipt]] = field(default_factory=dict, init=False)
    _so_far: int = field(default=0, init=False)

    def of(self, alert: str) -> list[Receipt]:
        """What arrived of one alert, in order."""
        # The ledger only grows.
        for receipt in self.receipts[self._so_far :]:
            self._sorted.setdefault(receipt.alert, []).append(receipt)
        self._so_far = len(self.receipts)
        return self._sorted.get(alert, [])

    def pages(self, alert: str) -> dict[tuple[int, Place], Receipt]:
        """The first arrival of each page of one alert, by cycle and place."""
        first: dict[tuple[int, Place], Receipt] = {}
        for receipt in self.of(alert):
            if receipt.kind == PAGE:
                first.setdefault((receipt.cycle, receipt.place), receipt)
        return first
