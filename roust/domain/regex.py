"""Regular expressions in linear time: RE2's everyday syntax, anchored, unable to hang the process."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from roust.domain.regex_syntax import Alternation, Assertion, Chars, Node, Repeat, Sequence, parse

MOST_STATES = 2_000
"""Instructions of one expression: with a bounded text even an absurd expression ends within seconds."""
_MOST_MEMORISED = 100_000
"""States in remembered steps: some ten megabytes at the very most, reached only by hostile texts."""


@dataclass(slots=True)
class _State:
    """One instruction: consume a character of `chars`, check `assertion`, or only lead on to `then`."""

    chars: Chars | None = None
    assertion: str | None = None
    then: list[int] = field(default_factory=list)


class Regex:
    """A compiled expression, matched against a whole text as Alertmanager does: `^(?:…)$`.

    Simulates all ways at once (Thompson), so the cost is text times expression, never exponential.
    ValueError on what cannot be read, names the position and the reason.
    """

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self._states: list[_State] = []
        self._end = self._add(_State())
        self._begin = self._compile(parse(pattern), self._end)
        self._plain = all(state.assertion is None for state in self._states)
        self._steps: dict[tuple[frozenset[int], str], frozenset[int]] = {}
        self._memorised = 0

    def _add(self, state: _State) -> int:
        if len(self._states) >= MOST_STATES:
            raise ValueError(f"the expression is too large (more than {MOST_STATES} states)")
        self._states.append(state)
        return len(self._states) - 1

    def _compile(self, node: Node, then: int) -> int:
        """The first state of `node`; what follows it is `then`. Built from the end."""
        match node:
            case Chars():
                return self._add(_State(chars=node, then=[then]))
            case Assertion(kind):
                return self._add(_State(assertion=kind, then=[then]))
            case Sequence(()):
                # A state of its own, so that repeats of nothing count towards the bound too.
                return self._add(_State(then=[then]))
            case Sequence(parts):
                for part in reversed(parts):
                    then = self._compile(part, then)
                return then
            case Alternation(branches):
                return self._add(_State(then=[self._compile(branch, then) for branch in branches]))
            case Repeat(inner, least, most):
                return self._compile_repeat(inner, least, most, then)

    def _compile_repeat(self, inner: Node, least: int, most: int | None, then: int) -> int:
        if most is None:
            loop = self._add(_State())
            self._states[loop].then = [self._compile(inner, loop), then]
            then = loop
        else:
            after = then
            for _ in range(most - least):
                then = self._add(_State(then=[self._compile(inner, then), after]))
        for _ in range(least):
            then = self._compile(inner, then)
        return then

    def _closure(self, states: Iterator[int], text: str, at: int) -> frozenset[int]:
        """Every state reached from `states` without consuming: only what can consume, and the end."""
        seen: set[int] = set()
        reached: set[int] = set()
        todo = list(states)
        while todo:
            number = todo.pop()
            if number in seen:
                continue
            seen.add(number)
            state = self._states[number]
            if state.chars is not None or number == self._end:
                reached.add(number)
            elif state.assertion is None or holds(state.assertion, text, at):
                todo.extend(state.then)
        return frozenset(reached)

    def _step(self, states: frozenset[int], text: str, at: int) -> frozenset[int]:
        char = text[at]
        if self._plain and (known := self._steps.get((states, char))) is not None:
            return known
        after = self._closure(
            (
                self._states[number].then[0]
                for number in states
                if (chars := self._states[number].chars) is not None and char in chars
            ),
            text,
            at + 1,
        )
        if self._plain and self._memorised < _MOST_MEMORISED:
            self._steps[states, char] = after
            self._memorised += 1 + len(states)
        return after

    def matches(self, text: str) -> bool:
        """Whether the whole of `text` is in the language."""
        states = self._closure(iter((self._begin,)), text, 0)
        for at in range(len(text)):
            if not states:
                return False
            states = self._step(states, text, at)
        return self._end in states


def _is_word(text: str, at: int) -> bool:
    return 0 <= at < len(text) and text[at].isascii() and (text[at].isalnum() or text[at] == "_")


def holds(assertion: str, text: str, at: int) -> bool:
    """Whether `assertion` (`^`, `$`, `b`, `B`) holds between text[at-1] and text[at]."""
    if assertion == "^":
        return at == 0
    if assertion == "$":
        return at == len(text)
    return (_is_word(text, at - 1) != _is_word(text, at)) == (assertion == "b")


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> Regex:
    """The expression, compiled once per process. ValueError as `Regex`."""
    return Regex(pattern)
