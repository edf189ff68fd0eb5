"""Whether a configuration means something: rules that no single value can break by itself."""

from roust.config.channels import check_channels
from roust.config.formats import check_formats
from roust.config.keys import check_keys
from roust.config.reach import check_reach
from roust.config.references import TARGETS, check_references
from roust.config.stakeholders import check_stakeholders, check_stakeholders_reached
from roust.config.templates import check_templates
from roust.config.validate import Draft


def check(draft: Draft, *, leaves: bool = True) -> None:
    """Add every mistake and warning of `draft` as a whole to its problems; `leaves`: pages leave the machine."""
    check_formats(draft)
    check_references(draft)
    check_keys(draft)
    check_templates(draft)
    check_stakeholders(draft)
    if leaves:
        check_channels(draft)
        check_reach(draft)
        check_stakeholders_reached(draft)
    _last_resorts(draft)
    _defaults(draft)
    _unused(draft)
    _heartbeats(draft)


def _last_resorts(draft: Draft) -> None:
    default = draft.root.at(("defaults", "last_resort"))
    for path, policy in draft.root.select("escalation_policies.*"):
        own = policy.child("last_resort")
        if own is not None and own.value == []:
            draft.error((*path, "last_resort"), "must not be empty: leave it out to take defaults.last_resort")
        elif (own is None or own.value is None) and (default is None or not default.value):
            draft.error(path, "last_resort is required, here or in defaults: who is paged when nobody answers")


def _defaults(draft: Draft) -> None:
    if (draft.names("services") or list(draft.root.select("routes.*"))) and not draft.root.child("default_service"):
        draft.error(("default_service",), "is required: it takes the events that no route and no key settles")
    if not list(draft.root.select("operators.*")):
        draft.warn(("operators",), "nobody is told when Roust itself is in trouble")


def _unused(draft: Draft) -> None:
    if not draft.names("services"):
        draft.warn(("services",), "there are none: no alert can come in")
    used = _named(draft, "services.*.escalation_policy")
    for name in sorted(draft.names("escalation_policies") - used):
        draft.warn(("escalation_policies", name), "no service uses it")
    targeted = _named(draft, *(f"{place}.schedule" for place in TARGETS))
    for name, schedule in draft.directory.schedules.items():
        if name in targeted and not schedule.layers:
            draft.warn(("schedules", name), "has no layers: nobody is on call but by an override")


def _named(draft: Draft, *places: str) -> set[str]:
    # A list or a map where a name belongs is told as a mistake of its own.
    return {node.value for place in places for _, node in draft.root.select(place) if isinstance(node.value, str)}


def _heartbeats(draft: Draft) -> None:
    for name, heartbeat in draft.directory.heartbeats.items():
        service = draft.directory.services.get(heartbeat.service)
        if service is not None and not service.integration_keys:
            draft.error(
                ("heartbeats", name, "service"),
                f"nobody could send it: service {heartbeat.service} has no integration_keys",
            )
