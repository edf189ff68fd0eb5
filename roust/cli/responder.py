"""trigger, ack, resolve, alerts, show: over HTTP, as a responder."""

import os
import re
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from roust.cli.alert_ids import whole_id
from roust.cli.http import DEFAULT_URL, Api, ApiTrouble, Reply, UsageTrouble, trouble_told
from roust.cli.terminal import console, plain, plain_json, show

UrlOption = Annotated[str, typer.Option("--url", envvar="ROUST_URL", help="Where Roust's API is.")]
AsJson = Annotated[bool, typer.Option("--json", help="The API's JSON.")]
AlertId = Annotated[str, typer.Argument(metavar="ID", help="The alert's id, or a beginning that fits one open alert.")]
By = Annotated[str | None, typer.Option("--by", metavar="USER", help="Who it is; only for a token without a user.")]

_SERVICE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def register(app: typer.Typer) -> None:
    """Add this module's commands to `app`."""
    app.command("trigger")(trigger)
    app.command("ack")(ack)
    app.command("resolve")(resolve)
    app.command("alerts")(alerts)
    app.command("show")(show_alert)


def trigger(
    text: Annotated[str | None, typer.Argument(metavar="[SUMMARY]", help="What is wrong.")] = None,
    *,
    summary: Annotated[str | None, typer.Option(help="The same as SUMMARY.")] = None,
    service: Annotated[str | None, typer.Option(help="The service; default: the one of the key.")] = None,
    priority: Annotated[str | None, typer.Option(help="P1 (worst) to P5.")] = None,
    severity: Annotated[str | None, typer.Option(help="critical, error, warning or info.")] = None,
    dedup_key: Annotated[str | None, typer.Option(help="The same key: the same alert, while it is open.")] = None,
    source: Annotated[str | None, typer.Option(help="What noticed it.")] = None,
    description: Annotated[str | None, typer.Option(help="More than a sentence.")] = None,
    label: Annotated[list[str] | None, typer.Option(metavar="K=V", help="What routes go by; repeatable.")] = None,
    link: Annotated[list[str] | None, typer.Option(metavar="[TEXT=]URL", help="Repeatable.")] = None,
    detail: Annotated[list[str] | None, typer.Option(metavar="K=V", help="Repeatable.")] = None,
    key_file: Annotated[Path | None, typer.Option(metavar="FILE", help="Instead of ROUST_KEY.")] = None,
    url: UrlOption = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Trigger an alert, with the integration key in ROUST_KEY or --key-file, else as ROUST_TOKEN."""
    with trouble_told():
        body = {
            "summary": _one_summary(text, summary),
            "service": service,
            "priority": priority,
            "severity": severity,
            "dedup_key": dedup_key,
            "source": source,
            "description": description,
            "labels": pairs(label, "--label"),
            "links": [_link(each) for each in link or []],
            "details": pairs(detail, "--detail"),
        }
        with _as_source(key_file, url) as api:
            reply = api.post("/v1/alerts", {name: value for name, value in body.items() if value})
    if as_json:
        _raw(reply)
        return
    typer.echo(" ".join(plain(str(word)) for word in (reply.body["status"], reply.body.get("id")) if word))
    if reply.body.get("url"):
        typer.echo(plain(reply.body["url"]))


def ack(
    alert: Annotated[str | None, typer.Argument(metavar="[ID]", help="As for the other commands.")] = None,
    service: Annotated[
        str | None, typer.Option(metavar="NAME", help="In a storm: all alerts of this service that page.")
    ] = None,
    by: By = None,
    url: UrlOption = DEFAULT_URL,
) -> None:
    """Acknowledge an alert, or all of a --service: "I have it". Escalation stops."""
    with trouble_told():
        if (alert is None) == (service is None):
            raise UsageTrouble("say what: an ID, or --service with a service's name")
    if service is not None:
        _ack_all(service, by, url)
        return
    said = _answer(alert or "", "acknowledge", by, url)
    if said is not None:
        owner = plain(str(said.get("owner") or "somebody"))
        typer.echo(f"acknowledged: {owner} has it" if said.get("first") else f"acknowledged before: {owner} has it")


def _ack_all(service: str, by: str | None, url: str) -> None:
    with trouble_told(), as_responder(url) as api:
        if not _SERVICE.fullmatch(service):
            raise UsageTrouble(f"{service!r} is no service's name")
        said = api.post(f"/v1/services/{service}/acknowledge", {"by": by} if by else {}).body
        count, failed = len(said["acknowledged"]), said["failed"]
        typer.echo(f"acknowledged: {count} alert{'s' * (count != 1)} of {service}")
        if failed:
            raise ApiTrouble(f"{len(failed)} NOT acknowledged ({failed[0]['reason']}); call it again")


def resolve(alert: AlertId, by: By = None, url: UrlOption = DEFAULT_URL) -> None:
    """Resolve an alert: "it is over". Those who were paged are told."""
    if _answer(alert, "resolve", by, url) is not None:
        typer.echo("resolved")


def alerts(
    state: Annotated[
        str | None,
        typer.Option(help="triggered, acknowledged, exhausted, snoozed, held, suppressed or resolved."),
    ] = None,
    service: Annotated[str | None, typer.Option(help="Only this service's.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="At most so many.")] = 50,
    url: UrlOption = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """List the open alerts, or those in --state; newest first."""
    with trouble_told(), as_responder(url) as api:
        reply = api.get("/v1/alerts", state=state, service=service, limit=limit)
    if as_json:
        _raw(reply)
        return
    from roust.cli.moments import now
    from roust.cli.tables import alerts_table

    listed = reply.body["alerts"]
    if not listed:
        typer.echo("no alerts")
        return
    show(console(), alerts_table(listed, now(), short=sys.stdout.isatty()))
    if reply.body.get("next"):
        typer.echo(f"There are more than these {len(listed)}; --limit, --state and --service choose.", err=True)


def show_alert(alert: AlertId, url: UrlOption = DEFAULT_URL, as_json: AsJson = False) -> None:
    """Show one alert with its timeline: who was paged, when and why."""
    with trouble_told(), as_responder(url) as api:
        reply = api.get(f"/v1/alerts/{whole_id(api, alert, resolved_too=True)}")
    if as_json:
        _raw(reply)
        return
    from roust.cli.alert_sheet import alert_sheet
    from roust.cli.moments import now

    show(console(), alert_sheet(reply.body, now()))


def as_responder(url: str) -> Api:
    """The API, as the holder of ROUST_TOKEN."""
    return Api(url, os.environ.get("ROUST_TOKEN", "").strip() or None)


def _answer(alert: str, verb: str, by: str | None, url: str) -> dict[str, Any] | None:
    """What became of the verb; None, and said so, when it is recorded and nobody has confirmed it yet."""
    with trouble_told(), as_responder(url) as api:
        reply = api.post(f"/v1/alerts/{whole_id(api, alert)}/{verb}", {"by": by} if by else {})
    if reply.status == 202:
        typer.echo(f"recorded, not yet confirmed: `roust show {plain(alert)}` tells what became of it")
        return None
    return reply.body


def _as_source(file: Path | None, url: str) -> Api:
    """With the key in `file`, else in ROUST_KEY, else with the token of a responder."""
    key, token = os.environ.get("ROUST_KEY", "").strip(), os.environ.get("ROUST_TOKEN", "").strip()
    if file is not None:
        return Api(url, _read_key(file), needs="--key-file")
    if key:
        return Api(url, key, needs="ROUST_KEY")
    if token:
        return Api(url, token)
    raise UsageTrouble("no integration key; set ROUST_KEY or give --key-file")


def _read_key(file: Path) -> str:
    try:
        key = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise UsageTrouble(f"cannot read the integration key from {file}: {reason}") from None
    if not key:
        raise UsageTrouble(f"{file} holds no integration key")
    return key


def _one_summary(text: str | None, summary: str | None) -> str:
    if text and summary:
        raise UsageTrouble("two summaries; give it once, as SUMMARY or as --summary")
    found = text or summary or ""
    if not found.strip():
        raise UsageTrouble('no summary; say what is wrong: roust trigger "checkout is down"')
    return found


def pairs(given: list[str] | None, option: str) -> dict[str, str]:
    """`name=value` words as a mapping. Raises UsageTrouble."""
    pairs: dict[str, str] = {}
    for each in given or []:
        name, equals, value = each.partition("=")
        if not equals or not name.strip():
            raise UsageTrouble(f"{option} {each}: write it like {option} name=value")
        if name in pairs:
            raise UsageTrouble(f"{option} {name} is given twice")
        pairs[name] = value
    return pairs


def _link(given: str) -> dict[str, str]:
    text, equals, href = given.partition("=")
    if equals and "://" not in text:
        return {"href": href, "text": text}
    return {"href": given}


def _raw(reply: Reply) -> None:
    typer.echo(plain_json(reply.text))
