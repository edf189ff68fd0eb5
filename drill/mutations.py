"""Lines that safety hangs on, each made wrong by hand, and the tests that must notice."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutation:
    """`wrong`: what no longer holds. `old`, which stands exactly once in `file`, becomes `new`."""

    wrong: str
    file: str
    old: str
    new: str
    tests: str


ESCALATION, DUE, LANDING = "roust/domain/escalation.py", "roust/domain/due.py", "roust/domain/landing.py"
GUARD = "activities/channels/guard.py"
D = "tests/domain/"

MUTATIONS = (
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
        "every address that a name resolves to is checked",
        GUARD,
        "        for address in addresses:\n            self.check(address, scheme)",
        "        for address in addresses[:1]:\n            self.check(address, scheme)",
        "tests/activities/test_guard.py",
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
        "who checks an address connects to that one, and asks no second time",
        GUARD,
        "self._backend.connect_tcp(last, port",
        "self._backend.connect_tcp(host, port",
        "tests/activities/test_ssrf.py",
    ),
    Mutation(
        "what embeds another address is none of the public ones",
        GUARD,
        "    return isinstance(ip, IPv4Address) or ip in _UNICAST6",
        "    return True",
        "tests/activities/test_guard.py",
    ),
    Mutation(
        "an address in a misleading spelling is refused",
        GUARD,
        "        self._well_spelt(host)\n",
        "",
        "tests/activities/test_guard.py",
    ),
    Mutation(
        "a redirect of a webhook is not followed",
        "activities/channels/webhook.py",
        "follow_redirects=False",
        "follow_redirects=True",
        "tests/activities/test_webhook.py",
    ),
    Mutation(
        "a redirect of another provider is not followed",
        "activities/channels/http.py",
        "follow_redirects=False",
        "follow_redirects=True",
        "tests/activities/test_ntfy.py",
    ),
    Mutation(
        "whoever only looks acknowledges nothing",
        "api/answer.py",
        "return _page(NO_SUCH_PAGE) if answer is None else await _look(request, answer)",
        'return _page(NO_SUCH_PAGE) if answer is None else await _act(request, answer, Button.ACKNOWLEDGE, "")',
        "tests/api/test_scanners.py",
    ),
    Mutation(
        "a form without the button acknowledges nothing",
        "api/press.py",
        'button = Button(fields.get("answer", ""))',
        'button = Button(fields.get("answer", "acknowledge"))',
        "tests/api/test_scanners.py",
    ),
    Mutation(
        "a script that presses the button is asked once more",
        "api/press.py",
        '    return mode == "navigate" and (not tells or headers.get("sec-fetch-user") == "?1")',
        "    return True",
        "tests/api/test_answer_in_a_browser.py",
    ),
    Mutation(
        "what an intake cannot read is not dropped in silence",
        "api/intake/understood.py",
        "service if one.clear else fallback) for one in alerts]",
        "service if one.clear else fallback) for one in alerts if one.clear]",
        "tests/api/test_hostile_input.py",
    ),
    Mutation(
        "what an intake took is told (the fuzz of the OpenAPI)",
        "api/intake/native.py",
        "    accepted = await gateway.trigger(event, service)\n",
        "    accepted = await gateway.trigger(event, service) if not event.links else SimpleNamespace("
        'id=None, dedup_key="", status="triggered", url=None)\n',
        "tests/api/test_fuzz.py",
    ),
    Mutation(
        "words of any type break nothing",
        "api/intake/foreign.py",
        "            return json.dumps(value, ensure_ascii=False)",
        "            return value",
        "tests/api/test_hostile_input.py",
    ),
    Mutation(
        "a form that is none breaks nothing (the fuzz of Twilio)",
        "api/twilio/signature.py",
        "    except ValueError:\n        return None\n    return fields if",
        "    except KeyError:\n        return None\n    return fields if",
        "tests/api/test_fuzz.py",
    ),
    Mutation(
        "a key is compared in constant time",
        "api/access.py",
        "if hmac.compare_digest(one, digest):",
        "if one == digest:",
        "tests/api/test_constant_time.py",
    ),
    Mutation(
        "Slack's signature is compared in constant time",
        "api/intake/slack_signature.py",
        'if not hmac.compare_digest(f"v0={made}".encode(), given.encode("latin-1", "replace")):',
        'if f"v0={made}" != given:',
        "tests/api/test_constant_time.py",
    ),
    Mutation(
        "Twilio's signature is compared in constant time",
        "api/twilio/signature.py",
        "hmac.compare_digest(signature(token, one, fields).encode(), shown)",
        "signature(token, one, fields).encode() == shown",
        "tests/api/test_constant_time.py",
    ),
    Mutation(
        "a provider's words hold no answer link",
        "activities/text.py",
        "    for secret in filter(None, hidden):\n        said = said.replace(secret, _MASK)\n",
        "",
        "tests/activities/test_privacy.py",
    ),
    Mutation(
        "a provider's words hold no address",
        "activities/text.py",
        "    for part in _telling(address):",
        "    for part in _telling(address)[:0]:",
        "tests/activities/test_privacy.py",
    ),
    Mutation(
        "no address stands in a log (the canaries)",
        "activities/sending.py",
        "            contact=planned.contact,\n            channel=contact.kind,",
        "            contact=contact.address,\n            channel=contact.kind,",
        "tests/system/test_canaries.py",
    ),
    Mutation(
        "no address stands in a history (the canaries)",
        "activities/sending.py",
        "            said=said,\n            channel=contact.kind if contact",
        "            said=contact.address if contact else said,\n            channel=contact.kind if contact",
        "tests/system/test_canaries.py",
    ),
    Mutation(
        "payloads are encrypted",
        "roust/runtime/encryption.py",
        "        return [self._sealed(payload) for payload in payloads]",
        "        return list(payloads)",
        "tests/runtime/test_encryption.py",
    ),
    Mutation(
        "the words of a failure are encrypted too",
        "roust/runtime/connection.py",
        "        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,\n",
        "",
        "tests/runtime/test_encryption.py",
    ),
    Mutation(
        "each of the keys decrypts",
        "roust/runtime/encryption.py",
        "{_key_id(key): AESGCM(key) for key in keys}",
        "{_key_id(key): AESGCM(key) for key in keys[:1]}",
        "tests/runtime/test_encryption.py",
    ),
)
