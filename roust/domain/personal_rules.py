"""A user's own rules: by which contacts, and when, a page reaches them."""

from datetime import datetime

from roust.domain.alert import Urgency
from roust.domain.directory import User
from roust.domain.notification import Planned


def fallback(urgency: Urgency) -> str:
    """The rule's name for a contact that no rule names, used because the others were refused.

    It tells the urgency, as other rules' names do: a step begun anew under high rules has keys of its own.
    """
    return f"{urgency.value}-fallback"


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
