"""A user's own rules: by which contacts, and when, a page reaches them."""

from collections.abc import Iterable
from datetime import datetime

from roust.domain.alert import Urgency
from roust.domain.directory import User
from roust.domain.notification import Planned

FALLBACK = "fallback"
"""The rule's name for a contact that no rule names, used because the others were refused."""


def plan(
    user_key: str,
    user: User,
    urgency: Urgency,
    at: datetime,
    *,
    cycle: int,
    pass_: int,
    step: int,
    occasion: str = "",
) -> list[Planned]:
    """The contacts of `user` for a page that begins at `at`, in order of their due times.

    A rule's name is its urgency and place: `high1`, `low2`. What is due twice at one instant is listed once.
    """
    planned: dict[tuple[str, datetime], Planned] = {}
    for place, rule in enumerate(user.rules(urgency), start=1):
        for contact in rule.contacts:
            due = at + rule.after
            planned.setdefault(
                (contact, due),
                Planned(
                    user=user_key,
                    contact=contact,
                    rule=f"{urgency.value}{place}",
                    due=due,
                    cycle=cycle,
                    pass_=pass_,
                    step=step,
                    occasion=occasion,
                ),
            )
    return sorted(planned.values(), key=lambda item: item.due)


def anew(fresh: Iterable[Planned], pending: Iterable[Planned]) -> list[Planned]:
    """`fresh` without what `pending` already stands for: a contact still pending from before keeps its
    earlier due time and is not sent twice for it (CONTRACT rule 5). One pending send stands for one new one.
    """
    left = sorted(fresh, key=lambda item: item.due)
    for earlier in sorted(pending, key=lambda item: item.due):
        same = (
            item
            for item in left
            if (item.user, item.contact) == (earlier.user, earlier.contact) and item.due >= earlier.due
        )
        stood_for = next(same, None)
        if stood_for is not None:
            left.remove(stood_for)
    return left
