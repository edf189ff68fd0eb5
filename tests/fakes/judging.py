"""A world's run before the judge of the drill: what went out and what was said, turned into a record."""

from typing import TYPE_CHECKING

from drill.record import Accepted, Receipt, Record
from roust.domain.alert import Urgency
from roust.domain.notification import Result
from tests.judged import NOT_PLAIN, OPENED_AGAIN, judged, kinds, one, plain_policy

if TYPE_CHECKING:
    from tests.fakes.world import World


def judge(world: "World") -> None:
    """Raises Broken when the run so far breaks an invariant."""
    judged(_record(world), plain=_plain(world), now=world.after)


def _record(w: "World") -> Record:
    story, alert = w.story, w.story.alert
    final = {
        "state": alert.state.value,
        "next_due": w.until,
        "owner": alert.owner,
        "resolved_by": story.resolved_by,
    }
    reopened = bool(kinds(story.timeline.entries) & OPENED_AGAIN)
    accepted = Accepted(alert.id, "", 0.0, 0.0, {alert.id}, words=w.words, reopened=reopened, final=final)
    record = one(accepted, plain_policy(story.policy, w.directory, w.last_resort))
    record.receipts = [
        Receipt(p.after, p.key, p.kind, alert.id, p.user, p.contact, p.step, p.pass_, p.cycle)
        for p in w.sent
        if p.kind == "page"
    ]
    return record


def _plain(w: "World") -> bool:
    story = w.story
    return (
        plain_policy(story.policy, w.directory, w.last_resort) is not None
        and not (w.takes or w.naps or kinds(story.timeline.entries) & NOT_PLAIN)
        and story.alert.urgency is Urgency.HIGH
        and story.resolved_by != "timeout"
        and all(result is Result.SENT for *_, result in w.tried)
    )
