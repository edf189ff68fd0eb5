"""Lines that safety hangs on, each made wrong by hand, and the tests that must notice."""

from drill.mutation import Mutation
from drill.mutations_outside import OUTSIDE

ESCALATION, DUE, LANDING = "roust/domain/escalation.py", "roust/domain/due.py", "roust/domain/landing.py"
D = "tests/domain/"

INSIDE = (
    Mutation(
        "an acknowledge stops what is pending",
        ESCALATION,
        "            self.call_off()\n            self.enter(AlertState.ACKNOWLEDGED, now, owner=by)",
        "            self.enter(AlertState.ACKNOWLEDGED, now, owner=by)",
        D + "test_acknowledging.py",
    ),
    Mutation(
        "the first who acknowledges has it",
        ESCALATION,
        "first = self.alert.state is not AlertState.ACKNOWLEDGED",
        "first = True",
        D + "test_acknowledging.py",
    ),
    Mutation(
        "a request that was answered is not done again",
        ESCALATION,
        'if request in self.answers or self._refused("acknowledge"',
        'if self._refused("acknowledge"',
        D + "test_acknowledging.py",
    ),
    Mutation(
        "an answer meant for another alert of the key is refused",
        ESCALATION,
        "if alert is not None and alert != self.alert.id:",
        "if False:",
        D + "test_acknowledging.py",
    ),
    Mutation(
        "an acknowledge after the resolve is refused",
        ESCALATION,
        "elif self.alert.state is AlertState.RESOLVED:",
        "elif False:",
        D + "test_resolving.py",
    ),
    Mutation(
        "the trigger that started an alert, delivered again, is no repeat",
        ESCALATION,
        "if trigger.request == self.first_request:",
        "if False:",
        D + "test_repeats.py",
    ),
    Mutation(
        "a trigger that meets the resolve withdraws it",
        ESCALATION,
        "            case AlertState.RESOLVED:\n                self.note(Kind.WITHDRAWN",
        "            case AlertState.RESOLVED if False:\n                self.note(Kind.WITHDRAWN",
        D + "test_resolving.py",
    ),
    Mutation(
        "what is called off is of an older generation",
        ESCALATION,
        "        self.generation += 1\n",
        "",
        D + "test_acknowledging.py",
    ),
    Mutation(
        "unanswered, the last resort is paged",
        DUE,
        '    return _page_last_resort(story, "every pass was walked and nobody answered", now)',
        "    return Wait(None, _what_comes(story))",
        D + "test_climbing.py",
    ),
    Mutation(
        "a pass that reached nobody pages the last resort at once",
        DUE,
        "if not last and story.last_resort_cycle != climb.cycle:",
        "if False:",
        D + "test_empty_steps.py",
    ),
    Mutation(
        "the acknowledge timeout triggers again",
        DUE,
        "        if now >= end:\n            story.note(Kind.TIMED_OUT",
        "        if False:\n            story.note(Kind.TIMED_OUT",
        D + "test_timeouts.py",
    ),
    Mutation(
        "the last resort is tried until one page is sent",
        LANDING,
        "        story.last_resort_due = flight.at + LAST_RESORT_EVERY",
        "        story.last_resort_due = None",
        D + "test_refused_and_retried.py",
    ),
    Mutation(
        "a send that may succeed later is tried again",
        LANDING,
        "        story.retries.append(Retry(",
        "        list[Retry]().append(Retry(",
        D + "test_refused_and_retried.py",
    ),
    Mutation(
        "a step that resolves to nobody is skipped",
        LANDING,
        "        skipped = climb.skip_empty(climb.current(story.policy))",
        "        skipped = False",
        D + "test_empty_steps.py",
    ),
    Mutation(
        "a stale escalate is refused",
        "roust/domain/verbs.py",
        "    if step != climb.step:",
        "    if False:",
        "tests/workflows/test_verbs.py",
    ),
    Mutation(
        "an attempt anew skips what the heartbeat says was sent",
        "activities/ledger.py",
        "            return cls(_OUTCOMES.validate_python(details[0]))",
        "            return cls(_OUTCOMES.validate_python([]))",
        "tests/activities/test_page_again.py",
    ),
    Mutation(
        "an attempt anew in the same process does not send again",
        "activities/page.py",
        "if activity.info().attempt > 1 else None",
        "if activity.info().attempt > 99 else None",
        "tests/activities/test_page_again.py",
    ),
    Mutation(
        "no send begins once somebody has answered",
        "activities/page.py",
        "        self._stopped = True\n",
        "",
        "tests/activities/test_page_cancelled.py",
    ),
    Mutation(
        "a refused contact is followed by the next one",
        "activities/page.py",
        "            if following is None or self._stopped:",
        "            if True:",
        "tests/activities/test_page.py",
    ),
    Mutation(
        "a page is sent under its idempotency key",
        "activities/sending.py",
        "            key=planned.key(request.alert.id),\n            alert=request.alert,",
        '            key=planned.key(""),\n            alert=request.alert,',
        "tests/activities/test_page.py",
    ),
    Mutation(
        "a link whose signature was tampered with is none",
        "roust/runtime/links.py",
        "not token.isascii() or not _canonical(token)",
        "not token.isascii()",
        "tests/domain/test_links.py",
    ),
    Mutation(
        "the watchdog finds an alert that should have acted",
        "roust/domain/watch.py",
        "at - next_due > OVERDUE_AFTER",
        "at - next_due > 1000 * OVERDUE_AFTER",
        "tests/domain/test_watch.py",
    ),
    Mutation(
        "operators are told again of what lasts",
        "roust/domain/watch.py",
        ">= TELL_AGAIN",
        ">= 1000 * TELL_AGAIN",
        "tests/domain/test_watch.py",
    ),
    Mutation(
        "an answer calls off the page that is under way",
        "workflows/alert.py",
        "            if generation != self._story.generation:\n                flight.cancel()",
        "            if generation != self._story.generation:\n                pass",
        "tests/workflows/test_accepted_before_a_worker.py",
    ),
    Mutation(
        "a late page waits while its alert has not looked at all that came in",
        "activities/listening.py",
        "self._doubtful() or (_late(at) and await unheard())",
        "self._doubtful()",
        "tests/activities/test_listening.py",
    ),
    Mutation(
        "who has no contacts is nobody",
        "roust/domain/recipients.py",
        "elif not directory.users[user].contacts:",
        "elif False:",
        "tests/domain/test_reorganised_meanwhile.py",
    ),
    Mutation(
        "a last resort of which nobody is left gives way to that of the defaults",
        "roust/domain/recipients.py",
        "if found or not request.occasion.startswith(LAST_RESORT):",
        "if True:",
        "tests/domain/test_reorganised_meanwhile.py",
    ),
    Mutation(
        "an alert that has reached nobody is a trouble",
        "workflows/board.py",
        "story.state_since if alert.state is AlertState.EXHAUSTED and not climb.reached else None",
        "None",
        "tests/workflows/test_nobody_reached.py",
    ),
)

WHOLE = Mutation(
    "an unanswered alert climbs (the drill)",
    DUE,
    '    return _page_last_resort(story, "every pass was walked and nobody answered", now)',
    "    return Wait(None, _what_comes(story))",
    "tests/system/test_drill.py",
)

MUTATIONS = (*INSIDE, *OUTSIDE, WHOLE)
