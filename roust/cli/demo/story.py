"""The demo's story: three alerts, told as they happen, and what they must have come to."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx2

from roust.cli.demo.company import NAMES, NATIVE, Company, alertmanager, events_v2
from roust.cli.demo.inbox import Inbox, Mail
from roust.cli.demo.screen import Screen
from roust.domain.errors import RoustError

PATIENCE = 15.0
"""Seconds that any one thing may take; all of them together take less than thirty."""
_LOOK = 0.15


class DidNotHappen(RoustError):
    """The demo promised something that did not happen."""


@dataclass
class Told:
    """One alert of the story, as far as it was told."""

    id: str
    service: str
    fired_at: datetime
    view: dict[str, Any] = field(default_factory=dict)
    shown: int = 0
    rung: tuple[int, int] = (0, 0)
    mails: int = 0
    notices: int = 0

    @property
    def state(self) -> str:
        return str(self.view.get("state", ""))


class Story:
    """Plays the three acts against the API at `company.url`, like any source and any responder would."""

    def __init__(self, company: Company, inbox: Inbox, screen: Screen, http: httpx2.AsyncClient) -> None:
        self._company = company
        self._inbox = inbox
        self._screen = screen
        self._http = http
        self._told: list[Told] = []

    async def play(self) -> None:
        """All of it. Raises DidNotHappen."""
        await self._somebody_answers()
        await self._nobody_answers()
        await self._it_passes()
        self._sum_up()

    async def _somebody_answers(self) -> None:
        self._screen.act(1, "Somebody answers")
        how = "Alertmanager posts to /in/alertmanager: 12 % of payments fail."
        alert = await self._fire("checkout", how, self._alertmanager)
        await self._follow(alert, lambda: self._paged(alert, "ada"))
        self._happened(alert, "again", "Alertmanager sends it again, as it does until it is over.")
        await self._alertmanager()
        await self._follow(alert, lambda: alert.view.get("count") == 2)
        await self._follow(alert, lambda: self._paged(alert, "grace", "margaret"))
        await self._press(alert, "grace")
        await self._follow(alert, lambda: alert.state == "acknowledged" and self._noticed(alert, 2))
        await self._update(alert, "grace", "The bank refuses our certificate; a new one is on its way.")
        await self._follow(alert, lambda: self._noticed(alert, 3))
        await self._past(alert, 8.5)
        self._happened(alert, "quiet", "Step 3 would have come at 8 s. Nobody else is paged.")
        told = [f"{label}: Customers cannot pay" for label in ("Outage", "Being worked on", "Update")]
        self.must(alert, ["ada", "grace", "margaret"], [], told)
        self._happened(alert, "resolve", "Alertmanager posts that it is over.")
        await self._alertmanager("resolved")
        await self._follow(alert, lambda: self._told_that_it_is_over(alert, 3) and self._noticed(alert, 4))
        told.append("Resolved: Customers cannot pay")
        self.must(alert, ["ada", "grace", "margaret"], ["ada", "grace", "margaret"], told)
        if alert.view.get("owner") != "grace":
            raise DidNotHappen(f"grace should own the alert, not {alert.view.get('owner')}")

    async def _nobody_answers(self) -> None:
        self._screen.act(2, "Nobody answers")
        how = "A script posts to /v1/alerts: search answers nobody."
        alert = await self._fire("search", how, self._native)
        await self._follow(
            alert,
            lambda: alert.state == "exhausted" and self._paged(alert, "margaret") and self._noticed(alert, 2),
        )
        told = ["Outage: Search finds nothing", "Nobody has answered: Search finds nothing"]
        self.must(alert, ["linus", "ada", "grace"] * 2 + ["margaret"], [], told)

    async def _it_passes(self) -> None:
        self._screen.act(3, "It is over before anybody else is woken")
        how = "A PagerDuty client posts to /v2/enqueue: mail queue grows."
        alert = await self._fire("mailer", how, lambda: self._events_v2("trigger"))
        await self._follow(alert, lambda: self._paged(alert, "linus"))
        self._happened(alert, "resolve", "The client posts that it is over.")
        await self._events_v2("resolve")
        await self._follow(alert, lambda: self._told_that_it_is_over(alert, 1))
        self._happened(alert, "quiet", "P2 is not for the support desk: nobody told them anything.")
        self.must(alert, ["linus"], ["linus"], [])

    # -- sources ------------------------------------------------------------------------------------

    async def _fire(self, service: str, how: str, send: Callable[[], Any]) -> Told:
        self._screen.say(how)
        self._screen.say()
        await send()
        listed = await self._until(lambda: self._listed(service))
        alert = Told(str(listed["id"]), service, datetime.fromisoformat(listed["triggered_at"]))
        self._told.append(alert)
        return alert

    async def _alertmanager(self, status: str = "firing") -> None:
        await self._post("/in/alertmanager", alertmanager(status), self._company.integration_key("checkout"))

    async def _native(self) -> None:
        await self._post("/v1/alerts", NATIVE, self._company.integration_key("search"))

    async def _events_v2(self, action: str) -> None:
        await self._post("/v2/enqueue", events_v2(self._company.integration_key("mailer"), action), None)

    async def _post(self, path: str, body: dict[str, Any], key: str | None) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        answer = await self._http.post(path, json=body, headers=headers)
        if not answer.is_success:
            raise DidNotHappen(f"{path} answered {answer.status_code}: {answer.text[:200]}")

    # -- the responder ------------------------------------------------------------------------------

    async def _press(self, alert: Told, user: str) -> None:
        """Open the link in the user's mail, and press the button behind it: looking changes nothing."""
        mail = self._mail(alert, user)
        if mail is None or mail.link is None:
            raise DidNotHappen(f"{user} has no link to answer by")
        looked = await self._http.get(mail.link)
        await self._look(alert)
        if looked.status_code != 200 or alert.state != "triggered":
            raise DidNotHappen(f"opening the link gave {looked.status_code}, and the alert is {alert.state}")
        self._happened(alert, "answer", f"{NAMES[user]} opens the link in her mail and presses the button.")
        pressed = await self._http.post(mail.link, data={"answer": "acknowledge"})
        if pressed.status_code not in (200, 202):
            raise DidNotHappen(f"pressing the button gave {pressed.status_code}")

    async def _update(self, alert: Told, user: str, text: str) -> None:
        """Write a status update behind the same link, and promise more."""
        mail = self._mail(alert, user)
        self._happened(alert, "update", f"{NAMES[user]} writes to those who wait, and promises more in 30 minutes.")
        posted = await self._http.post(
            mail.link if mail and mail.link else "", data={"answer": "update-30m", "text": text}
        )
        if posted.status_code != 200:
            raise DidNotHappen(f"posting the update gave {posted.status_code}")

    # -- following ----------------------------------------------------------------------------------

    async def _follow(self, alert: Told, true: Callable[[], bool]) -> None:
        """Show what happens to the alert until something is `true`."""

        async def look() -> bool:
            await self._look(alert)
            return true()

        await self._until(look)

    async def _past(self, alert: Told, seconds: float) -> None:
        """Follow the alert until so long after it was fired."""
        await self._follow(alert, lambda: (datetime.now(UTC) - alert.fired_at).total_seconds() >= seconds)

    async def _until(self, true: Callable[[], Any]) -> Any:
        try:
            async with asyncio.timeout(PATIENCE):
                while not (found := await true()):  # noqa: ASYNC110 - the API is asked, it calls nobody
                    await asyncio.sleep(_LOOK)
                return found
        except TimeoutError:
            raise DidNotHappen(f"nothing more happened within {PATIENCE:.0f} s") from None

    async def _listed(self, service: str) -> dict[str, Any] | None:
        alerts = (await self._get(f"/v1/alerts?service={service}"))["alerts"]
        return alerts[0] if alerts else None

    async def _get(self, path: str) -> Any:
        answer = await self._http.get(path, headers={"Authorization": f"Bearer {self._company.token}"})
        if not answer.is_success:
            raise DidNotHappen(f"{path.partition('?')[0]} answered {answer.status_code}: {answer.text[:200]}")
        return answer.json()

    async def _look(self, alert: Told) -> None:
        alert.view = await self._get(f"/v1/alerts/{alert.id}")
        timeline = alert.view["timeline"]
        for entry in timeline[alert.shown :]:
            self._entry(alert, entry)
        alert.shown = len(timeline)
        self._next(alert)

    def _entry(self, alert: Told, entry: dict[str, Any]) -> None:
        at = datetime.fromisoformat(entry["at"])
        who, why = NAMES.get(entry["user"] or "", ""), entry["why"] or ""
        match entry["kind"]:
            case "step":
                self._happened(alert, "step", entry["text"].replace(": notifying ", ": "), at)
            case "paged":
                self._happened(alert, "page", f"{who} by {entry['contact']}: {why}.", at)
            case "told":
                self._happened(alert, "told", f"{who} by {entry['contact']}: it is over.", at)
            case "notice":
                alert.notices += 1
                said = self._inbox.notices(alert.id)[alert.notices - 1].subject
                self._happened(alert, "notice", f"To the support desk: “{said}”", at)
            case "repeated":
                self._happened(alert, "repeat", f"{entry['text']} Nobody is paged for that.", at)
            case "acknowledged":
                self._happened(alert, "ack", entry["text"], at)
            case "exhausted":
                self._happened(alert, "exhaust", entry["text"], at)
            case "last_resort":
                self._happened(alert, "last", entry["text"], at)
            case "resolved":
                self._happened(alert, "over", entry["text"], at)
            case "trouble" | "passed_over" | "skipped":
                self._happened(alert, "note", entry["text"], at)

    def _next(self, alert: Told) -> None:
        """What comes next and when, once for each step that has paged."""
        view = alert.view
        rung, due = (view["pass"], view["step"]), view["next_due"]
        paged = any(e["kind"] == "paged" and (e["pass"], e["step"]) == rung for e in view["timeline"])
        if alert.state != "triggered" or rung == alert.rung or due is None or not paged:
            return
        alert.rung = rung
        last = rung == (view["passes"], view["steps"])
        seconds = (datetime.fromisoformat(due) - alert.fired_at).total_seconds()
        self._happened(
            alert,
            "next",
            f"{'the last resort' if last else 'the next step'} at {seconds:.1f} s, unless somebody answers.",
        )

    def _happened(self, alert: Told, what: str, text: str, at: datetime | None = None) -> None:
        seconds = ((at or datetime.now(UTC)) - alert.fired_at).total_seconds()
        self._screen.happened(max(0.0, seconds), what, text)

    # -- what it came to ----------------------------------------------------------------------------

    def _mail(self, alert: Told, user: str) -> Mail | None:
        return next((mail for mail in self._inbox.pages(alert.id) if mail.user == user), None)

    def _paged(self, alert: Told, *users: str) -> bool:
        """Whether they were all paged: by the timeline, and by the inbox."""
        shown = {entry["user"] for entry in alert.view["timeline"] if entry["kind"] == "paged"}
        return all(user in shown and self._mail(alert, user) is not None for user in users)

    def _told_that_it_is_over(self, alert: Told, count: int) -> bool:
        shown = [entry for entry in alert.view["timeline"] if entry["kind"] == "told"]
        return alert.state == "resolved" and len(shown) == count

    def _noticed(self, alert: Told, count: int) -> bool:
        return alert.notices == count

    def must(self, alert: Told, paged: list[str], told: list[str], notices: list[str]) -> None:
        """The inbox holds exactly these pages, these words that it is over and these notices, and no other mail."""
        alert.mails = len(paged) + len(told) + len(notices)
        heard = [mail.subject for mail in self._inbox.notices(alert.id)]
        if heard != notices:
            raise DidNotHappen(f"{alert.service}: the support desk heard {heard}; it should have been {notices}")
        pages = sorted(mail.user for mail in self._inbox.pages(alert.id))
        others = sorted(mail.user for mail in self._inbox.others(alert.id))
        if (pages, others) != (sorted(paged), sorted(told)):
            raise DidNotHappen(
                f"{alert.service}: paged {pages}, told {others}; it should have been {sorted(paged)} and {sorted(told)}"
            )

    def _sum_up(self) -> None:
        due = sum(alert.mails for alert in self._told)
        if len(self._inbox.mails) != due:
            raise DidNotHappen(f"{len(self._inbox.mails)} mails came in all, and {due} were due")
        self._screen.say()
        self._screen.say("What it came to, counted in the inbox:", "bold")
        self._screen.say()
        rows = []
        for alert in self._told:
            pages, others = self._inbox.pages(alert.id), self._inbox.others(alert.id)
            owner = alert.view.get("owner")
            end = f"{alert.state}, owner {owner}" if owner else alert.state
            rows.append(
                (
                    alert.service,
                    str(alert.view["count"]),
                    str(len(pages)),
                    str(len({m.user for m in pages})),
                    str(len(others)),
                    str(len(self._inbox.notices(alert.id))),
                    end,
                )
            )
        self._screen.rows(("alert", "events", "pages", "people", "told the end", "notices", "now"), rows)
