"""The board: what an alert shows of itself, in memo, search attributes, current details and view."""

from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.common import SearchAttributeKey

from workflows.measures import Measures
from workflows.messages import LIST_LENGTH, MEMO, OWNER, PRIORITY, STATE, AlertView, Standing

with workflow.unsafe.imports_passed_through():
    from roust.domain.alert import AlertState
    from roust.domain.climb import passes
    from roust.domain.decision import Wait
    from roust.domain.escalation import Escalation
    from roust.domain.tally import tally
    from roust.domain.telling import notice_due

SAME_INSTANT = timedelta(seconds=5)
"""A next action that moved by less is not worth a new memo; the watchdog allows a minute."""

_MARKUP = str.maketrans(dict.fromkeys("\\`*_{}[]()<>#|!~\n\r", " "))


class Board:
    """Publishes an alert's standing when it changed, so that readers need no worker."""

    def __init__(self) -> None:
        given = workflow.memo_value(MEMO, default=None, type_hint=Standing)
        self._memo: Standing | None = given
        attributes = workflow.info().typed_search_attributes
        self._attributes = {
            name: attributes.get(SearchAttributeKey.for_keyword(name)) or "" for name in (STATE, PRIORITY, OWNER)
        }
        self._coming = Wait(None, "")
        self._measures = Measures()

    def publish(self, story: Escalation, coming: Wait) -> None:
        """Show where `story` stands and what comes next; costs events only where something changed."""
        self._coming = coming
        self._measures.look(story)
        workflow.set_current_details(_details(story, coming))
        now = _standing(story, coming, workflow.info().first_execution_run_id)
        if self._memo is None or not _alike(self._memo, now):
            self._memo = now
            workflow.upsert_memo({MEMO: now})
        attributes = {STATE: now.state.value, PRIORITY: now.priority.value, OWNER: now.owner or ""}
        changed = {name: value for name, value in attributes.items() if value != self._attributes[name]}
        self._attributes = attributes
        if changed:
            workflow.upsert_search_attributes(
                [SearchAttributeKey.for_keyword(name).value_set(value) for name, value in changed.items()]
            )

    def view(self, story: Escalation) -> AlertView:
        """The whole alert with its timeline."""
        alert, climb = story.alert, story.climb
        return AlertView(
            **alert.model_dump(exclude={"truncated"}),
            policy=story.policy_name,
            cycle=climb.cycle,
            pass_=climb.pass_,
            passes=passes(story.policy, alert.urgency),
            step=climb.step,
            steps=len(story.policy.steps),
            next="" if alert.state is AlertState.RESOLVED else self._coming.summary,
            next_due=self._coming.until,
            acknowledged_at=story.acknowledged_at,
            resolved_at=story.resolved_at,
            resolved_by=story.resolved_by,
            notice_due=notice_due(story),
            news_due=None if alert.state is AlertState.RESOLVED else story.news.due,
            truncated=alert.truncated or story.timeline.omitted > 0,
            timeline=story.timeline.entries,
        )


def _standing(story: Escalation, coming: Wait, first_run: str) -> Standing:
    alert, climb = story.alert, story.climb
    return Standing(
        state=alert.state,
        service=alert.service,
        summary=alert.summary[:LIST_LENGTH],
        priority=alert.priority,
        urgency=alert.urgency,
        policy=story.policy_name,
        dedup_key=alert.dedup_key[:LIST_LENGTH],
        owner=alert.owner,
        acknowledged_at=story.acknowledged_at,
        resolved_at=story.resolved_at,
        resolved_by=story.resolved_by,
        triggered_at=alert.triggered_at,
        count=alert.count,
        cycle=climb.cycle,
        pass_=climb.pass_,
        step=climb.step,
        next_due=coming.until,
        # It changes only where the state or what is due next does: no memo of its own.
        unreached_since=story.state_since if alert.state is AlertState.EXHAUSTED and not climb.reached else None,
        first_run=first_run,
        answers=story.answers,
        tally=tally(story) if alert.state is AlertState.RESOLVED else None,
    )


def _alike(shown: Standing, now: Standing) -> bool:
    # A tally alone is worth no memo: a page that lands after the end moves what is due as well.
    if shown.model_dump(exclude={"next_due", "tally"}) != now.model_dump(exclude={"next_due", "tally"}):
        return False
    if shown.next_due is None or now.next_due is None:
        return shown.next_due is now.next_due
    return abs(shown.next_due - now.next_due) < SAME_INSTANT


def _details(story: Escalation, coming: Wait) -> str:
    alert = story.alert
    lines = [
        f"**{alert.state.value}** {alert.priority.value} {alert.service}: {alert.summary.translate(_MARKUP)[:120]}",
        coming.summary.translate(_MARKUP),
    ]
    if coming.until is not None:
        lines.append(f"Next at {coming.until.date()} {_clock(coming.until)} UTC.")
    lines += [f"{_clock(one.at)} {one.text.translate(_MARKUP)[:120]}" for one in story.timeline.entries[-3:]]
    return "\n\n".join(lines)


def _clock(at: datetime) -> str:
    # A format of `strftime` imports a module of the standard library each time, which the sandbox looks into.
    return at.time().isoformat("seconds")
