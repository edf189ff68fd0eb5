"""route: the way an event would take, rule by rule; with --expect a test of the configuration."""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from roust.cli.configured import ConfigOption, directory_or_exit
from roust.cli.http import UsageTrouble, trouble_told
from roust.cli.moments import now
from roust.cli.responder import pairs
from roust.cli.terminal import plain, plain_json

if TYPE_CHECKING:
    from roust.domain.directory import Directory
    from roust.domain.way import Way

EXPECTED = ("service", "priority", "urgency", "action", "policy", "held")


def register(app: typer.Typer) -> None:
    """Add this module's command to `app`."""
    app.command("route")(route)


def route(
    label: Annotated[list[str] | None, typer.Option(metavar="K=V", help="A label of the event; repeatable.")] = None,
    key_service: Annotated[
        str | None, typer.Option(metavar="SERVICE", help="The service whose integration key it shows.")
    ] = None,
    priority: Annotated[str | None, typer.Option(help="What the event itself says.")] = None,
    severity: Annotated[str | None, typer.Option(help="Default: the label severity, as sources have it.")] = None,
    expect: Annotated[
        list[str] | None,
        typer.Option(metavar="K=V,…", help=f"1 when it is not so. {', '.join(EXPECTED)}."),
    ] = None,
    at: Annotated[str | None, typer.Option(metavar="TIME", help="When, like 2026-12-01T22:00Z; default: now.")] = None,
    config: ConfigOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show the way an event would take, and why. Reads the configuration file; sends nothing."""
    from roust.domain.alert import Event, Priority
    from roust.domain.way import way
    from roust.domain.zones import pin_zone_data

    with trouble_told():
        labels = pairs(label, "--label")
        wanted = _wanted(expect)
        if priority is not None and priority not in list(Priority):
            raise UsageTrouble(f"--priority {priority}: it is P1 (worst) to P5")
        when = now() if at is None else _asked(at)
    pin_zone_data()
    directory = directory_or_exit(config)
    with trouble_told():
        if key_service is not None and key_service not in directory.services:
            raise UsageTrouble(f"--key-service {key_service}: the configuration has no such service")
    event = Event(
        summary="roust route",
        labels=labels,
        priority=Priority(priority) if priority else None,
        severity=severity or labels.get("severity"),
    )
    found = way(event, key_service, directory, when)
    facts = found.facts()
    wrong = {name: value for name, value in wanted.items() if (facts[name] or "none") != value}
    if as_json:
        typer.echo(plain_json(json.dumps(_as_data(found, wanted, wrong), indent=2, ensure_ascii=False)))
    else:
        for line in _lines(found, directory):
            typer.echo(plain(line))
    for name, value in wrong.items():
        typer.echo(plain(f"not as expected: {name} is {facts[name] or 'none'}, not {value}"), err=True)
    if wrong:
        raise typer.Exit(1)


def _asked(at: str) -> datetime:
    from roust.domain.zones import parse_time

    try:
        written = parse_time(at)
    except ValueError as wrong:
        raise UsageTrouble(f"--at: {wrong}") from None
    if written.tzinfo is None:
        raise UsageTrouble(f"--at {at}: needs an offset, like {at}Z")
    return written


def _wanted(expect: list[str] | None) -> dict[str, str]:
    given = [part.strip() for each in expect or [] for part in each.split(",") if part.strip()]
    wanted = pairs(given, "--expect")
    if expect and not wanted:
        raise UsageTrouble("--expect is empty; write it like --expect service=checkout,priority=P1")
    for name in wanted:
        if name not in EXPECTED:
            raise UsageTrouble(f"--expect {name}: nothing of that name; known are {', '.join(EXPECTED)}")
    return wanted


def _lines(found: "Way", directory: "Directory") -> list[str]:
    from roust.domain.alert import Urgency
    from roust.domain.duration import format_duration
    from roust.domain.routing import Action

    lines = [f"route {one.number}: no: {one.why}" for one in found.tried if not one.matched]
    lines += found.decision.why
    service = directory.services.get(found.decision.service or "")
    if service is None or found.decision.action is not Action.PAGE:
        return [*lines, "nobody is notified"]
    lines.append("page: nothing speaks against it")
    if service.group_by:
        lines.append(f"group_by {', '.join(service.group_by)}: {_grouped(found)}")
    if found.held is not None:
        lines.append(f"held: {'; '.join(found.held.because)}; nobody is paged before {_utc(found.held.until)}")
    if service.settle and found.decision.urgency is Urgency.LOW:
        lines.append(f"settle: waits {format_duration(service.settle)} to see whether it heals by itself")
    lines.append(f"policy {found.policy}: step 1 notifies {', '.join(found.targets)}")
    who = "; ".join(f"{one.user} ({one.why})" for one in found.people)
    lines.append(f"that is now: {'; '.join(filter(None, [who, *found.problems]))}")
    return lines


def _utc(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _grouped(found: "Way") -> str:
    if found.place is None or found.place.member is None:
        return "it has none of these labels: an alert of its own"
    return f"one alert for all of {found.place.key}"


def _as_data(found: "Way", wanted: dict[str, str], wrong: dict[str, str]) -> dict[str, Any]:
    facts = found.facts()
    return {
        "ok": not wrong,
        **facts,
        "grouped": found.place.key if found.place is not None and found.place.member is not None else None,
        "held_until": found.held.until.isoformat() if found.held is not None else None,
        "routes": [{"route": one.number, "matched": one.matched, "why": one.why} for one in found.tried],
        "why": found.decision.why,
        "step": {
            "targets": found.targets,
            "now": [{"user": one.user, "why": one.why} for one in found.people],
            "problems": found.problems,
        },
        "differences": [{"name": name, "expected": wanted[name], "is": facts[name]} for name in wrong],
    }
