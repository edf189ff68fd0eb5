"""Whether pages arrive and their links open: people with contacts, hosts that may be posted to, a public url."""

from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from itertools import chain

from roust.config.formats import loopback, split_url, url_reason
from roust.config.problem import Path
from roust.config.validate import Draft
from roust.domain.directory import Directory
from roust.domain.policy import Target

POSTED_TO = ("webhook", "ntfy")
"""Contacts that are a URL of the responder's own: the guard of outgoing requests stands before them."""


def check_reach(draft: Draft) -> None:
    """Everybody who may be paged can be, and can answer."""
    _people(draft)
    for kind in POSTED_TO:
        _hosts_allowed(draft, kind)
    _links(draft)


def _people(draft: Draft) -> None:
    contacts = {str(path[1]) for path, _ in draft.root.select("users.*.contacts.*")}
    unreachable = set(draft.names("users") - contacts)
    for where, target in _targets(draft.directory):
        for user in _may_page(target, draft.directory):
            if user in unreachable:
                unreachable.remove(user)
                by = "" if target.kind == "user" else f", by {target}"
                draft.error(("users", user), f"has no contacts, but is paged{by} ({where})")


def _targets(directory: Directory) -> Iterator[tuple[str, Target]]:
    for name, policy in directory.escalation_policies.items():
        for number, step in enumerate(policy.steps, start=1):
            yield from ((f"step {number} of {name}", target) for target in step.notify)
        yield from ((f"last resort of {name}", target) for target in policy.last_resort or [])
    yield from (("default last resort", target) for target in directory.defaults.last_resort)
    yield from (("operator", target) for target in directory.operators)


def _may_page(target: Target, directory: Directory) -> list[str]:
    """Everybody whom `target` may mean at any time."""
    match target.kind:
        case "user":
            return [target.name]
        case "team":
            team = directory.teams.get(target.name)
            return team.members if team else []
        case "group":
            group = directory.groups.get(target.name)
            teams = [directory.teams[name].members for name in group.teams if name in directory.teams] if group else []
            return [*(group.members if group else []), *(user for members in teams for user in members)]
    schedule = directory.schedules.get(target.name)
    if schedule is None:
        return []
    users = [user for layer in schedule.layers for user in layer.users]
    return list(
        dict.fromkeys([*users, *(override.user for override in schedule.overrides if override.kind != "remove")])
    )


def _hosts_allowed(draft: Draft, kind: str) -> None:
    allowed = [str(node.value) for _, node in draft.root.select(f"channels.{kind}.allow.*")]
    try:
        networks = [ip_network(text, strict=False) for text in allowed]
    except ValueError:
        return  # told already
    plain = f"nobody would be reached: http goes only to channels.{kind}.allow; use https"
    for path, host, scheme in _hosts(draft, kind):
        try:
            address = ip_address("127.0.0.1" if loopback(host) and not host[:1].isdigit() and ":" not in host else host)
        except ValueError:
            if scheme == "http" and not networks:
                draft.error(path, plain)
            continue
        if any(address in network for network in networks):
            continue
        if not address.is_global:
            why = f"nobody would be reached: a private address that channels.{kind}.allow does not name"
            draft.error(path, why)
        elif scheme == "http":
            draft.error(path, plain)


def _hosts(draft: Draft, kind: str) -> Iterator[tuple[Path, str, str]]:
    found = (draft.root.select(f"{place}.{kind}") for place in ("users.*.contacts.*", "stakeholder_groups.*.members.*"))
    for path, node in chain.from_iterable(found):
        if isinstance(node.value, str) and not node.missing and url_reason(node.value) is None:
            parts = split_url(node.value)
            if parts is not None and parts.hostname:
                yield path, parts.hostname, parts.scheme


def _stands_in(draft: Draft) -> bool:
    """Whether what stands for Slack is on this machine."""
    node = draft.root.at(("channels", "slack", "base_url"))
    parts = split_url(node.value) if node is not None and isinstance(node.value, str) else None
    return parts is not None and loopback(parts.hostname or "")


def _phones(draft: Draft) -> list[Path]:
    """The contacts that go through Twilio, unless a stand-in on this machine takes them."""
    twilio = draft.directory.channels.twilio
    base = split_url(twilio.base_url) if twilio is not None else None
    if base is None or loopback(base.hostname or ""):
        return []
    return [path for kind in ("sms", "voice") for path, _ in draft.root.select(f"users.*.contacts.*.{kind}")]


def _links(draft: Draft) -> None:
    node = draft.root.child("url")
    if node is not None and (not isinstance(node.value, str) or node.missing):
        return  # told already
    url = split_url(draft.directory.url)
    if url is None or not url.hostname or not loopback(url.hostname):
        return
    server = draft.root.at(("channels", "email", "host"))
    mails = server is not None and isinstance(server.value, str) and not server.missing and not loopback(server.value)
    leaving = [path for path, _ in draft.root.select("users.*.contacts.*.email") if mails]
    leaving += [path for kind in POSTED_TO for path, host, _ in _hosts(draft, kind) if not loopback(host)]
    leaving += [path for path, _ in draft.root.select("users.*.contacts.*.slack") if not _stands_in(draft)]
    leaving += _phones(draft)
    if leaving:
        user, contact = leaving[0][1], leaving[0][3]
        draft.error(
            ("url",),
            f"is this machine only, but the contact {contact} of {user} leaves it: "
            "the links in its pages would lead nowhere",
        )
