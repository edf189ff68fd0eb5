"""Whether pages arrive and their links open: people with contacts, webhooks that may be posted to, a public url."""

from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from itertools import chain

from roust.config.formats import loopback, split_url, url_reason
from roust.config.problem import Path
from roust.config.validate import Draft
from roust.domain.directory import Directory
from roust.domain.policy import Target


def check_reach(draft: Draft) -> None:
    """Everybody who may be paged can be, and can answer."""
    _people(draft)
    _webhooks(draft)
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


def _webhooks(draft: Draft) -> None:
    allowed = [str(node.value) for _, node in draft.root.select("channels.webhook.allow.*")]
    try:
        networks = [ip_network(text, strict=False) for text in allowed]
    except ValueError:
        return  # told already
    hosts = chain(_webhook_hosts(draft), _webhook_hosts(draft, "stakeholder_groups.*.members.*.webhook"))
    for path, host, scheme in hosts:
        try:
            address = ip_address("127.0.0.1" if loopback(host) and not host[:1].isdigit() and ":" not in host else host)
        except ValueError:
            if scheme == "http" and not networks:
                draft.error(path, "nobody would be reached: http goes only to channels.webhook.allow; use https")
            continue
        if any(address in network for network in networks):
            continue
        if not address.is_global:
            draft.error(path, "nobody would be reached: a private address that channels.webhook.allow does not name")
        elif scheme == "http":
            draft.error(path, "nobody would be reached: http goes only to channels.webhook.allow; use https")


def _webhook_hosts(draft: Draft, where: str = "users.*.contacts.*.webhook") -> Iterator[tuple[Path, str, str]]:
    for path, node in draft.root.select(where):
        if isinstance(node.value, str) and not node.missing and url_reason(node.value) is None:
            parts = split_url(node.value)
            if parts is not None and parts.hostname:
                yield path, parts.hostname, parts.scheme


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
    leaving += [path for path, host, _ in _webhook_hosts(draft) if not loopback(host)]
    if leaving:
        user, contact = leaving[0][1], leaving[0][3]
        draft.error(
            ("url",),
            f"is this machine only, but the contact {contact} of {user} leaves it: "
            "the links in its pages would lead nowhere",
        )
