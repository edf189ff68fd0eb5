"""Reach: whom a step can come to within the coming days, and whether a page would find them."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from roust.domain.alert import Urgency
from roust.domain.directory import Contact, Directory, User
from roust.domain.duration import format_duration
from roust.domain.finding import Finding, Reason
from roust.domain.policy import Step
from roust.domain.settings import CHANNEL_OF, NEEDS_SETTINGS

Reached = Mapping[str, set[str]]
"""By schedule, who is on call at some time of the coming days."""


def unreachable_users(directory: Directory, reached: Reached) -> list[Finding]:
    """The users who are on call and have no working contact for a page of high urgency."""
    found = []
    for name, user in directory.users.items():
        on = [schedule for schedule, users in reached.items() if name in users]
        if on and not can_be_paged(directory, user):
            text = (
                f"{name} is on call in {', '.join(sorted(on))} but has no working contact for high urgency; "
                "add a contact, or name one in `notification_rules.high`"
            )
            found.append(Finding(("users", name), Reason.UNREACHABLE, text))
    return found


def late_rules(directory: Directory, reached: Reached) -> list[Finding]:
    """The personal rules that come later than everything that any policy could still do with the user."""
    found = []
    for name, user in directory.users.items():
        for urgency in Urgency:
            given = getattr(user.notification_rules, urgency.value) or []
            longest = max(_climbs(directory, name, urgency, reached), default=None)
            if longest is None:
                continue
            for number, rule in enumerate(given):
                if rule.after > longest:
                    text = (
                        f"comes {format_duration(rule.after)} after the page, but from there no policy climbs "
                        f"longer than {format_duration(longest)}; shorten `after`"
                    )
                    place = ("users", name, "notification_rules", urgency.value, number)
                    found.append(Finding(place, Reason.RULE_TOO_LATE, text))
    return found


def idle_steps(directory: Directory, reached: Reached) -> list[Finding]:
    """The steps none of whose targets can come to a user with a working contact in the coming days."""
    found = []
    for name, policy in directory.escalation_policies.items():
        for number, step in enumerate(policy.steps):
            users = who(directory, step, reached)
            if any(can_be_paged(directory, directory.users[user]) for user in users):
                continue
            why = f"{', '.join(sorted(users))}: no working contact" if users else "nobody is on call in its schedules"
            text = f"can page nobody in the coming days ({why}); give it another target"
            place = ("escalation_policies", name, "steps", number)
            found.append(Finding(place, Reason.STEP_PAGES_NOBODY, text))
    return found


def who(directory: Directory, step: Step, reached: Reached) -> set[str]:
    """The users whom `step` may page; names that the directory does not hold are passed over."""
    found: set[str] = set()
    for target in step.notify:
        match target.kind:
            case "schedule":
                found |= reached.get(target.name, set())
            case "user":
                found.add(target.name)
            case "team":
                found |= _members(directory, [target.name])
            case "group" if target.name in directory.groups:
                group = directory.groups[target.name]
                found |= {*group.members, *_members(directory, group.teams)}
    return found & directory.users.keys()


def can_be_paged(directory: Directory, user: User, urgency: Urgency = Urgency.HIGH) -> bool:
    """Whether some contact that the user's rules name exists and has its channel configured."""
    named = {contact for rule in user.rules(urgency) for contact in rule.contacts}
    return any(_works(directory, user.contacts[contact]) for contact in named if contact in user.contacts)


def _works(directory: Directory, contact: Contact) -> bool:
    channel = CHANNEL_OF[contact.kind]
    return channel not in NEEDS_SETTINGS or getattr(directory.channels, channel) is not None


def _members(directory: Directory, teams: Iterable[str]) -> set[str]:
    return {user for team in teams if team in directory.teams for user in directory.teams[team].members}


def _climbs(directory: Directory, user: str, urgency: Urgency, reached: Reached) -> Iterator[timedelta]:
    """How long each policy still climbs from the first step that may page `user`."""
    for policy in directory.escalation_policies.values():
        passes = policy.repeats + 1 if urgency is Urgency.HIGH else 1
        left = passes * sum((step.wait for step in policy.steps), timedelta(0))
        for step in policy.steps:
            if user in who(directory, step, reached):
                yield left
                break
            left -= step.wait
