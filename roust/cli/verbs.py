"""escalate, reassign, snooze, note, update: what a responder does besides answering, over HTTP."""

from collections.abc import Callable
from typing import Annotated, Any

import typer

from roust.cli.alert_ids import whole_id
from roust.cli.http import DEFAULT_URL, Api, UsageTrouble, trouble_told
from roust.cli.responder import AlertId, By, UrlOption, as_responder
from roust.cli.terminal import plain

Body = dict[str, Any]


def register(app: typer.Typer) -> None:
    """Add this module's commands to `app`."""
    app.command("escalate")(escalate)
    app.command("reassign")(reassign)
    app.command("snooze")(snooze)
    app.command("note")(note)
    app.command("update")(update)


def escalate(
    alert: AlertId,
    step: Annotated[
        int | None, typer.Option(min=0, help="The step that you saw; refused when another is current by now.")
    ] = None,
    by: By = None,
    url: UrlOption = DEFAULT_URL,
) -> None:
    """Begin the next step now. Without --step: from the one that is current as you call."""
    done = _do(alert, "escalate", lambda api, id_: {"step": _current(api, id_) if step is None else step}, by, url)
    place = f"step {done['step']}" if done["step"] else "the reassignment"
    typer.echo(f"escalated from {place}: the next step begins now")


def reassign(
    alert: AlertId,
    user: Annotated[str | None, typer.Option(metavar="NAME", help="Page this user now, then the policy.")] = None,
    policy: Annotated[str | None, typer.Option(metavar="NAME", help="Climb this escalation policy.")] = None,
    by: By = None,
    url: UrlOption = DEFAULT_URL,
) -> None:
    """Give an alert to a user, or to another escalation policy. It is triggered again."""
    with trouble_told():
        if (user is None) == (policy is None):
            raise UsageTrouble("say whom: one of --user and --policy")
    body = {"user": user} if user is not None else {"escalation_policy": policy}
    _do(alert, "reassign", lambda api, id_: body, by, url)
    typer.echo(f"reassigned to {plain(user)}" if user is not None else f"reassigned to policy {plain(policy or '')}")


def snooze(
    alert: AlertId,
    length: Annotated[str, typer.Option("--for", metavar="LENGTH", help="30m, 1h, 1d: 1m to 30 days.")],
    by: By = None,
    url: UrlOption = DEFAULT_URL,
) -> None:
    """Page nobody for a while; then, if still open, the alert climbs again."""
    from roust.domain.duration import format_duration, parse_duration

    with trouble_told():
        try:
            said = format_duration(parse_duration(length))
        except ValueError as wrong:
            raise UsageTrouble(f"--for: {wrong}") from None
    _do(alert, "snooze", lambda api, id_: {"for": said}, by, url)
    typer.echo(f"snoozed for {said}")


def note(
    alert: AlertId,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What the next reader should know.")],
    by: By = None,
    url: UrlOption = DEFAULT_URL,
) -> None:
    """Add a note to an alert's timeline."""
    with trouble_told():
        if not text.strip():
            raise UsageTrouble("the note is empty")
    _do(alert, "notes", lambda api, id_: {"text": text}, by, url)
    typer.echo("noted")


def update(
    alert: AlertId,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What is being done, for people who will not fix it.")],
    next_: Annotated[
        str | None, typer.Option("--next", metavar="WHEN", help="When they hear again: 30m, 2h, or 2026-03-02T14:30Z.")
    ] = None,
    by: By = None,
    url: UrlOption = DEFAULT_URL,
) -> None:
    """Post a status update to the stakeholders."""
    with trouble_told():
        if not text.strip():
            raise UsageTrouble("the update is empty")
    _do(alert, "updates", lambda api, id_: {"text": text} | ({"next": next_} if next_ else {}), by, url)
    typer.echo(f"posted; the next news is promised{_when(next_)}" if next_ else "posted")


def _when(next_: str) -> str:
    return f" for {plain(next_)}" if "T" in next_ else f" in {plain(next_)}"


def _do(alert: str, verb: str, body: Callable[[Api, str], Body], by: str | None, url: str) -> Body:
    with trouble_told(), as_responder(url) as api:
        id_ = whole_id(api, alert)
        return api.post(f"/v1/alerts/{id_}/{verb}", body(api, id_) | ({"by": by} if by else {})).body


def _current(api: Api, alert: str) -> int:
    return int(api.get(f"/v1/alerts/{alert}").body["step"])
