"""The buttons of the answer page: their words, and which of them an alert has besides the two big ones."""

from api.press import UPDATES, Button
from roust.domain.alert import AlertState
from workflows.messages import AlertView

WORDS = {
    Button.ACKNOWLEDGE: ("I have it", "Acknowledge: escalation stops"),
    Button.RESOLVE: ("It is over", "Resolve: the alert ends"),
    Button.ACKNOWLEDGE_ALL: ("I have them all", "Acknowledge all alerts of this service that page"),
    Button.ESCALATE: ("Escalate now", "The next step begins at once"),
    Button.SNOOZE_30M: ("Snooze 30 min", "Nobody is paged; then it climbs again"),
    Button.SNOOZE_1H: ("Snooze 1 h", "Nobody is paged; then it climbs again"),
    Button.SNOOZE_4H: ("Snooze 4 h", "Nobody is paged; then it climbs again"),
    Button.NOTE: ("Add the note", "For everybody who reads the timeline"),
    Button.UPDATE: ("Post the update", "To the stakeholders; no time is promised for more"),
    Button.UPDATE_30M: ("Post; more in 30 min", "To the stakeholders; you are reminded then"),
    Button.UPDATE_1H: ("Post; more in 1 h", "To the stakeholders; you are reminded then"),
    Button.UPDATE_2H: ("Post; more in 2 h", "To the stakeholders; you are reminded then"),
}
"""What stands on a button, and below it."""

SNOOZES = (Button.SNOOZE_30M, Button.SNOOZE_1H, Button.SNOOZE_4H)
PAGING = (AlertState.TRIGGERED, AlertState.EXHAUSTED)


def more(alert: AlertView, paging: int) -> dict[Button, str]:
    """The folded buttons that make sense now, each with what it says. `paging`: alerts of the service that page."""
    found: dict[Button, str] = {}
    if paging > (alert.state in PAGING):
        found[Button.ACKNOWLEDGE_ALL] = ""
    begun = bool(alert.step) or alert.cycle > 1
    last = (alert.step, alert.pass_) == (alert.steps, alert.passes)
    if alert.state in (AlertState.TRIGGERED, AlertState.ACKNOWLEDGED) and begun and not last:
        found[Button.ESCALATE] = str(alert.step)
    if alert.state not in (AlertState.HELD, AlertState.SUPPRESSED):
        found |= dict.fromkeys(SNOOZES, "")
    return found | dict.fromkeys((Button.NOTE, *UPDATES), "")
