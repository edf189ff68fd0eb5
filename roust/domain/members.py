"""The members of a stakeholder group, and how each is reached: looked up when a notice is sent."""

from dataclasses import dataclass, field

from roust.domain.directory import Contact, Directory, Stakeholder, StakeholderGroup, User

CALLS = ("voice",)
"""Kinds of contact that nobody is reached by for a notice: who need not answer is not to be called."""


@dataclass(frozen=True)
class Member:
    """One address of one member. `name`: a user's key, or the kind and place of a bare address (`email-2`),
    which is what may be said of it; `contact`: which of a user's contacts."""

    name: str
    contact: str
    address: Contact = field(repr=False)
    user_name: str = ""
    time_zone: str = "UTC"

    @property
    def whom(self) -> str:
        return f"{self.name}/{self.contact}" if self.contact else self.name


def members(group: StakeholderGroup, directory: Directory) -> tuple[list[Member], list[str]]:
    """Every address of `group` once, the first that names it counts; and in words whom nobody can reach."""
    found: dict[tuple[str, str], Member] = {}
    problems: list[str] = []
    for place, stakeholder in enumerate(group.members, start=1):
        if stakeholder.user is not None:
            given = _of_user(stakeholder.user, directory)
            if not given:
                problems.append(f"{stakeholder.user} has no contact that a notice may come by")
        else:
            address = _bare(stakeholder)
            given = [Member(f"{address.kind}-{place}", "", address, time_zone=group.time_zone)]
        for member in given:
            address = member.address
            same = address.address.casefold() if address.kind == "email" else address.address
            found.setdefault((address.kind, same), member)
    return list(found.values()), problems


def quiet_contacts(user: User) -> list[str]:
    """The contacts by which a user hears what needs no answer: those of the first rule for low urgency; where
    none was given, one alone: a mail if there is one, else the first that is no call."""
    usable = {name: contact for name, contact in user.contacts.items() if contact.kind not in CALLS}
    given = user.notification_rules.low
    if given is not None:
        named = [name for name in given[0].contacts if name in usable]
        if named:
            return named
    mails = [name for name, contact in usable.items() if contact.kind == "email"]
    return [*mails, *usable][:1]


def _of_user(key: str, directory: Directory) -> list[Member]:
    user = directory.users.get(key)
    if user is None:
        return []
    contacts = quiet_contacts(user)
    return [Member(key, name, user.contacts[name], user.name, user.time_zone) for name in contacts]


def _bare(stakeholder: Stakeholder) -> Contact:
    return Contact(**stakeholder.model_dump(include={"email", "slack", "webhook"}, exclude_none=True))
