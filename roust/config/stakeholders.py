"""Whether stakeholders hear anything: groups with somebody in reach, thresholds that something can meet."""

from roust.config.problem import Path
from roust.config.validate import Draft
from roust.domain.directory import Directory, StakeholderGroup
from roust.domain.members import quiet_contacts
from roust.domain.routing import Action


def check_stakeholders(draft: Draft) -> None:
    """Every group asks for something that can happen, and tells each address once."""
    for name, group in draft.directory.stakeholder_groups.items():
        place = ("stakeholder_groups", name)
        if not group.moments:
            draft.error((*place, "moments"), "must not be empty: nobody would hear anything")
        if group.services == []:
            draft.error((*place, "services"), "must not be empty: leave it out to take all services")
        elif draft.directory.services and not _can_be_met(group, draft.directory):
            text = (
                f"no alert of its services can be {group.min_priority.value} or worse: they have no integration key, "
                "and every route to them sets a lower priority"
            )
            draft.warn((*place, "min_priority"), text)
        _twice(draft, place, group)


def check_stakeholders_reached(draft: Draft) -> None:
    """Every member has an address that a notice may come by."""
    for name, group in draft.directory.stakeholder_groups.items():
        place = ("stakeholder_groups", name)
        for number, member in enumerate(group.members):
            user = draft.directory.users.get(member.user or "")
            if user is not None and not quiet_contacts(user):
                text = f"{member.user} would hear nothing: no contact that a notice may come by"
                draft.error((*place, "members", number), text)


def _twice(draft: Draft, place: Path, group: StakeholderGroup) -> None:
    for number, member in enumerate(group.members):
        if member in group.members[:number]:
            draft.warn((*place, "members", number), "named twice: it is told once")


def _can_be_met(group: StakeholderGroup, directory: Directory) -> bool:
    """Whether any event may become an alert of the group's services at its priority."""
    for name in directory.services if group.services is None else group.services:
        service = directory.services.get(name)
        if service is None or service.integration_keys or name == directory.default_service:
            return True  # An event with its key says whatever priority it likes.
        for route in directory.routes:
            loud = route.priority is None or not group.min_priority.worse_than(route.priority)
            if route.service == name and route.action is Action.PAGE and loud:
                return True
    return False
