"""Alerts as the API's JSON gives them."""

from typing import Any

RUN = "00000000-0000-4000-8000-000000000000"


def alert_id(tail: str = "0123456789abcdef0123", service: str = "checkout", run: str = RUN) -> str:
    return f"{service}-{tail}-{run}"


def a_listed_alert(**parts: Any) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "id": alert_id(),
        "state": "triggered",
        "service": "checkout",
        "summary": "checkout burns its error budget",
        "priority": "P1",
        "urgency": "high",
        "policy": "payments",
        "owner": None,
        "triggered_at": "2026-03-02T12:00:00Z",
        "count": 1,
        "cycle": 1,
        "pass": 1,
        "step": 2,
    }
    return whole | parts


def an_entry(after: int, kind: str, text: str, **parts: Any) -> dict[str, Any]:
    """`after` seconds after the trigger, within the first hour."""
    minutes, seconds = divmod(after, 60)
    return {"at": f"2026-03-02T12:{minutes:02}:{seconds:02}Z", "kind": kind, "text": text, **parts}


def a_whole_alert(**parts: Any) -> dict[str, Any]:
    """Ada's mail was refused, her hook answered; nobody acknowledged, so Ben was paged."""
    timeline = [
        an_entry(0, "triggered", "Triggered: checkout burns its error budget", why="route 1 matches"),
        an_entry(0, "step", "Step 1 of 3, pass 1 of 3: notifying schedule payments-primary."),
        an_entry(
            1,
            "paged",
            "ada by mail: refused.",
            user="ada",
            contact="mail",
            channel="email",
            result="refused",
            said="550 5.1.1 no such mailbox a***@example.com",
            why="on call in payments-primary",
            **{"pass": 1, "step": 1, "cycle": 1},
        ),
        an_entry(
            1,
            "paged",
            "ada by hook: sent.",
            user="ada",
            contact="hook",
            result="sent",
            said="HTTP 202",
            why="on call in payments-primary",
        ),
        an_entry(301, "step", "Step 2 of 3, pass 1 of 3: notifying user ben."),
        an_entry(
            302,
            "paged",
            "ben by mail: sent.",
            user="ben",
            contact="mail",
            result="sent",
            said="250 2.0.0 ok",
            why="named in the step",
        ),
    ]
    whole = a_listed_alert(
        dedup_key="slo",
        description="",
        steps=3,
        passes=3,
        next="step 2 of 3, pass 1 of 3: then the next step",
        next_due="2026-03-02T12:15:01Z",
        acknowledged_at=None,
        resolved_at=None,
        resolved_by=None,
        source="alertmanager",
        runbook="https://runbooks.example.com/checkout",
        impact="Customers cannot pay",
        labels={"region": "eu", "severity": "critical"},
        links=[{"href": "https://graphs.example.com/1", "text": "graph"}],
        details={"burn": {"1h": 14.4}},
        truncated=False,
        timeline=timeline,
    )
    return whole | parts
