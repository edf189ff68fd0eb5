"""Messages with defaults that do not matter to the test."""

from datetime import timedelta
from typing import Any

from roust.domain.notification import Message
from tests.activities.pages import LINKS
from tests.builders import NOON, an_alert


def a_message(**parts: Any) -> Message:
    """Ada's page of step 2 of 3, pass 1 of 3, five minutes after the trigger."""
    alert = parts.get("alert") or an_alert()
    whole: dict[str, Any] = {
        "kind": "page",
        "key": f"{alert.id}/1/1/2/ada/high1/mail",
        "alert": alert,
        "user": "ada",
        "user_name": "Ada Lovelace",
        "contact": "mail",
        "at": NOON + timedelta(minutes=5),
        "step": 2,
        "steps": 3,
        "passes": 3,
        "alert_url": LINKS.alert_url(alert.id),
        "answer_url": LINKS.answer_url(alert.id, "ada"),
    }
    return Message.model_construct(
        **Message.model_validate(whole | parts | {"alert": an_alert()}).__dict__ | {"alert": alert}
    )
