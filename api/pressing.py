"""A press from elsewhere than the answer page (a push, a chat): done, and told in one honest sentence."""

from api.answer_page import (
    NOT_ACKNOWLEDGED,
    NOT_KEPT,
    NOT_RESOLVED,
    RECORDED,
    Outcome,
    Reader,
    outcome,
)
from api.answer_verbs import do
from api.gateway import BeyondRetention, Gateway, NoSuchAlert, NotConfirmed, Unavailable
from api.press import Button
from roust.domain.alert import AlertState
from roust.runtime.links import AnswerToken

PRESSED = (Button.ACKNOWLEDGE, Button.RESOLVE, Button.ESCALATE)
"""What a button outside the answer page may answer."""


async def pressed(
    gateway: Gateway, answer: AnswerToken, button: Button, step: int, via: str, reader: Reader
) -> Outcome:
    """What came of it; an escalate is bound to `step`. `status` is as on the answer page: 503 and not done,
    202 and recorded, 409 and refused, 410 and no longer kept. Never raises for what the alert or Temporal says."""
    try:
        if button is Button.ESCALATE:
            return await do(gateway, answer, button, str(step), reader)
        return await _answered(gateway, answer, button, via, reader)
    except (BeyondRetention, NoSuchAlert):
        return NOT_KEPT


async def is_over(gateway: Gateway, alert: str) -> bool:
    """Whether `alert` has ended, as far as can be known now."""
    try:
        return (await gateway.standing(alert)).state is AlertState.RESOLVED
    except (BeyondRetention, NoSuchAlert):
        return True
    except Unavailable:
        return False


async def _answered(gateway: Gateway, answer: AnswerToken, button: Button, via: str, reader: Reader) -> Outcome:
    verb = gateway.acknowledge if button is Button.ACKNOWLEDGE else gateway.resolve
    try:
        became = await verb(answer.alert, answer.user, via)
    except NotConfirmed:
        return RECORDED
    except Unavailable:
        return NOT_ACKNOWLEDGED if button is Button.ACKNOWLEDGE else NOT_RESOLVED
    try:
        return outcome(button, became, await gateway.standing(answer.alert), reader)
    except Unavailable:
        # It is done; only how it stands now cannot be looked up.
        done = "Recorded." if became.accepted else f"Refused: {became.reason}."
        return Outcome(done, "good" if became.accepted else "bad", 200 if became.accepted else 409)
