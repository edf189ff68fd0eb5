"""A user's own rules: by which contacts, and when, a page reaches them."""

from datetime import datetime

from roust.domain.alert import Urgency
from roust.domain.directory import User
from roust.domain.notification import Planned


def instead(refused: list[Planned], contact: str, at: datetime) -> Planned:
    """`contact`, which no rule names, in place of what was refused of its user: of the same page.

    Its rule's name tells what it stands for, so that no two sends share a key: `high1-without-push`.
    """
    first = min(refused, key=lambda item: (item.due, item.contact))
    return first.model_copy(update={"contact": contact, "rule": f"{first.rule}-without-{first.contact}", "due": at})


def at_once(planned: list[Planned], at: datetime) -> list[Planned]:
    """The first of `planned`, whenever it would be due, for a message that comes once and needs no answer."""
    return [item.model_copy(update={"due": at}) for item in planned if item.due == planned[0].due]


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
