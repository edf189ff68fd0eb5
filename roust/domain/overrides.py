"""Overrides: who is on call instead of, besides, or no longer, for a span."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, NamedTuple, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from roust.domain.zones import LocalTime, read_time

_NEVER_SAID = datetime.min.replace(tzinfo=UTC)


class OverrideKind(StrEnum):
    """Rule 14, in order of application."""

    REPLACE = "replace"
    COVER = "cover"
    ADD = "add"
    REMOVE = "remove"


class Override(BaseModel):
    """`user` replaces somebody, covers the whole schedule, is added or removed, in [from, to).

    `id`, `made_by` and `made_at` are given by whoever keeps it; one planned in the file may do without.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    kind: OverrideKind
    user: str
    replaces: str | None = None
    from_: Annotated[LocalTime, Field(alias="from")]
    to: LocalTime
    reason: Annotated[str, Field(max_length=1000)] = ""
    id: str = ""
    made_by: str = ""
    made_at: AwareDatetime | None = None

    @model_validator(mode="after")
    def _replaces_somebody_else(self) -> "Override":
        if self.kind is not OverrideKind.REPLACE and self.replaces is not None:
            raise ValueError(f"only a replace has `replaces`; drop it from this {self.kind}, or make it a replace")
        if self.kind is OverrideKind.REPLACE and self.replaces is None:
            raise ValueError("a replace says whom: give `replaces`, or use cover to take the whole schedule")
        if self.replaces == self.user:
            raise ValueError(f"{self.user} cannot replace themselves; name somebody else in `user` or `replaces`")
        return self

    def start(self, zone: str) -> datetime:
        """The first instant (UTC) of it, in a schedule of zone `zone`."""
        return read_time(self.from_, zone)

    def end(self, zone: str) -> datetime:
        """The first instant (UTC) after it."""
        return read_time(self.to, zone)

    def in_force(self, at: datetime, zone: str) -> bool:
        return self.start(zone) <= at < self.end(zone)

    @property
    def names(self) -> tuple[str, ...]:
        """The users it names."""
        return (self.user,) if self.replaces is None else (self.user, self.replaces)

    @property
    def deed(self) -> str:
        """Who does what, without when: `grace replaces ada`."""
        whom = f" {self.replaces}" if self.replaces else ""
        return f"{self.user} {_VERBS[self.kind]}{whom}"

    def __str__(self) -> str:
        return f"{self.deed} from {self.from_} to {self.to}"


_VERBS = {
    OverrideKind.REPLACE: "replaces",
    OverrideKind.COVER: "covers",
    OverrideKind.ADD: "is added",
    OverrideKind.REMOVE: "is off",
}


class Objection(NamedTuple):
    """Why an override is refused: the field at fault, and a sentence that names the cure."""

    field: str
    text: str


Cause = TypeVar("Cause")


def in_order_made(overrides: Iterable[Override]) -> list[Override]:
    """The latest made comes last; those that do not say when count as the earliest, in the order given."""
    return sorted(overrides, key=lambda override: override.made_at or _NEVER_SAID)


def overridden(layers: Mapping[str, Cause], in_force: Sequence[Override]) -> dict[str, Cause | Override]:
    """Who is on call, each with the cause: a layer's, or the override that put them there.

    `layers` are those the layers put on call; `in_force` the overrides of that instant, the latest made
    last. Order of application: replace, cover, add, remove (rule 14).
    """
    if not in_force:
        return dict(layers)
    of_kind: dict[OverrideKind, list[Override]] = {kind: [] for kind in OverrideKind}
    for override in in_force:
        of_kind[override.kind].append(override)
    # All at once: who replaces somebody takes the shifts of the layers, not those of another replacement.
    replacing = {override.replaces: override for override in of_kind[OverrideKind.REPLACE]}
    holders: dict[str, Cause | Override] = {}
    for user, cause in layers.items():
        replacement = replacing.get(user)
        if replacement is None:
            holders[user] = cause
        else:
            holders.setdefault(replacement.user, replacement)
    for cover in of_kind[OverrideKind.COVER]:
        holders = {cover.user: cover}
    for addition in of_kind[OverrideKind.ADD]:
        holders.setdefault(addition.user, addition)
    for removal in of_kind[OverrideKind.REMOVE]:
        holders.pop(removal.user, None)
    return holders


def span_objection(override: Override, zone: str) -> Objection | None:
    """Why the span of `override` cannot stand, if it cannot."""
    start, end = override.start(zone), override.end(zone)
    if start == end:
        return Objection("to", f"has no length: it begins and ends at {override.to}; put the end later")
    if end < start:
        return Objection("to", f"ends before it begins ({override.to} is before {override.from_}); swap the two?")
    return None


def overlap(override: Override, others: Iterable[Override], zone: str) -> Objection | None:
    """Why `override` cannot stand beside `others` of its schedule: one of them overlaps and shares a user."""
    for other in others:
        shared = sorted(set(override.names) & set(other.names))
        if shared and override.start(zone) < other.end(zone) and other.start(zone) < override.end(zone):
            known = f" ({other.id})" if other.id else ""
            return Objection(
                "from",
                f"overlaps another override that names {shared[0]}: {other}{known}; "
                "let the one end where the other begins, or remove one of them",
            )
    return None


def overlaps(overrides: Sequence[Override], zone: str) -> dict[int, Objection]:
    """By its place in `overrides`, each one that overlaps an earlier-beginning one of the same user."""
    found: dict[int, Objection] = {}
    latest: dict[str, int] = {}
    for place in sorted(range(len(overrides)), key=lambda place: overrides[place].start(zone)):
        override = overrides[place]
        before = [overrides[latest[name]] for name in override.names if name in latest]
        objection = overlap(override, before, zone)
        if objection is not None:
            found[place] = objection
        for name in override.names:
            if name not in latest or overrides[latest[name]].end(zone) < override.end(zone):
                latest[name] = place
    return found


def objections(
    override: Override, zone: str, others: Sequence[Override], users: Iterable[str], now: datetime
) -> list[Objection]:
    """All that speaks against making `override` at `now`, on a schedule of `zone` that has `others`."""
    known = set(users)
    found = [
        Objection(field, f"no user named {name!r}; add them under `users`, or correct the name")
        for field, name in (("user", override.user), ("replaces", override.replaces))
        if name is not None and name not in known
    ]
    span = span_objection(override, zone)
    if span is not None:
        return [*found, span]
    if override.end(zone) <= now:
        found.append(Objection("to", f"is wholly in the past: it ended at {override.to}; put the end after now"))
    overlapping = overlap(override, others, zone)
    return [*found, overlapping] if overlapping is not None else found
