"""Notices on their way out: real SMTP, the JSON of a webhook, Slack, a push to a phone."""

import json

from activities.channels.email import EmailChannel
from activities.channels.ntfy import NtfyChannel
from activities.channels.payload import payload
from activities.channels.slack import SlackChannel
from roust.domain.directory import Contact
from roust.domain.settings import EmailSettings, NtfySettings, SlackSettings
from tests.activities.messages import a_message
from tests.activities.notices import ALERT, a_notice, an_update, over, told
from tests.builders import an_alert
from tests.fakes.mail_server import a_mail_server
from tests.fakes.ntfy import an_ntfy
from tests.fakes.slack import BOT_TOKEN, SIGNING_SECRET, a_slack


async def test_a_notice_is_a_mail_of_its_own_thread_in_two_forms() -> None:
    async with a_mail_server() as server:
        settings = EmailSettings.model_validate({"host": "127.0.0.1", "port": server.port, "from": "r@example.com"})
        channel, board = EmailChannel(settings), Contact(email="board@example.com")
        hostile = "Customers cannot pay\r\nBcc: evil@example.net\r\n\r\nbody"
        await channel.send(a_message(), Contact(email="ada@example.com"))
        await channel.send(told(a_notice(impact=hostile), key="one"), board)
        await channel.send(told(over(), key="two"), board)
        page, first, second = (delivery.mail for delivery in server.deliveries)
    assert server.recipients == ["ada@example.com", "board@example.com", "board@example.com"]
    assert first["Subject"] == "Outage: Customers cannot pay Bcc: evil@example.net body"
    assert first["Bcc"] is None
    assert first["To"] == "board@example.com"
    assert first["References"] == second["References"] != page["References"]
    assert [part.get_content_type() for part in first.iter_parts()] == ["text/plain", "text/html"]
    html = second.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert not any(tag in html for tag in ("<img", "<link", "<script", "url(", "@import", "<iframe", "http"))


def test_a_webhook_gets_a_notice_with_the_words_and_the_facts() -> None:
    alert = an_alert(dedup_key="DEDUP", labels={"a": "LABEL"}, details={"x": "DETAIL"}, runbook="https://RUNBOOK")
    sent = json.loads(payload(told(an_update(), alert=alert, alert_url="https://roust.example.com/x")))
    assert (sent["type"], sent["moment"], sent["group"]) == ("notice", "update", "executives")
    assert sent["subject"] == "Update: Customers cannot pay"
    assert sent["text"].startswith("Update: Customers cannot pay\n")
    assert sent["user"] is None
    assert sent["alert"] == {
        "id": ALERT,
        "service": "checkout",
        "impact": "Customers cannot pay",
        "priority": "P1",
        "state": "acknowledged",
        "moment": "update",
        "triggered_at": "2026-03-02T12:00:00+00:00",
        "at": "2026-03-02T12:25:00+00:00",
        "owner": "Ada Lovelace",
        "next_due": None,
        "news_due": "2026-03-02T12:55:00+00:00",
        "update": an_update().update,
        "update_by": "Ada Lovelace",
    }
    assert "alerts" not in sent
    assert not any(word in json.dumps(sent) for word in ("DEDUP", "LABEL", "DETAIL", "RUNBOOK", "summary"))


def test_a_webhook_gets_a_digest_with_every_outage_the_worst_in_front() -> None:
    sent = json.loads(payload(told(over(alert="b", priority="P2"), a_notice(alert="a"))))
    assert sent["moment"] == "digest"
    assert [alert["id"] for alert in sent["alerts"]] == ["a", "b"]
    assert sent["alert"] == sent["alerts"][0]


async def test_a_notice_in_slack_has_its_own_words_and_no_power() -> None:
    hostile = "*x* <!channel> <https://evil.example.net|pay here> & @here `y`"
    alert = an_alert(summary="SUMMARY", labels={"a": "LABEL"}, runbook="https://RUNBOOK.example.com")
    async with a_slack() as slack:
        settings = {"bot_token": BOT_TOKEN, "signing_secret": SIGNING_SECRET, "base_url": slack.base_url}
        channel = SlackChannel(SlackSettings.model_validate(settings))
        said = told(an_update(impact=hostile, update=hostile), alert=alert)
        await channel.send(said, Contact(slack="C0OUTAGES"))
        [message] = slack.messages
        [request] = slack.requests
    assert message.buttons == {}
    assert message.text == f"Update: {hostile}".replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    header, body = (block["text"]["text"] for block in request.json["blocks"])
    assert header == f"Update: {hostile}"
    assert f"Ada Lovelace writes:\n\n{hostile}" in body
    assert "The next news is due by 13:55." in body
    # All of it is plain text, in which Slack finds neither markup nor a mention.
    assert {block["text"]["type"] for block in request.json["blocks"]} == {"plain_text"}
    assert not any(word in json.dumps(request.json) for word in ("SUMMARY", "LABEL", "RUNBOOK", "[P1]", "Triggered"))


async def test_a_notice_on_a_phone_has_its_own_words_and_makes_no_noise() -> None:
    async with an_ntfy() as server:
        await NtfyChannel(NtfySettings.model_validate({"allow": ["127.0.0.0/8"]})).send(
            told(a_notice(), alert=an_alert(summary="SUMMARY")), Contact(ntfy=server.topic("support"))
        )
        [said] = server.published
    assert said["title"] == "Outage: Customers cannot pay"
    assert said["message"].startswith("The people on call are being notified; nobody has answered yet.")
    assert (said["priority"], "actions" in said, "click" in said) == (2, False, False)
    assert "SUMMARY" not in json.dumps(said)
