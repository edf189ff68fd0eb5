"""Matchers: Alertmanager's syntax, and expressions that cannot hang the process."""

import re
import string

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from roust.domain.matcher import MOST_MATCHED, Matcher
from roust.domain.regex import MOST_STATES, Regex

LABELS = {"severity": "critical", "team": "web", "größe": "ü 1", "region": "eu-west-1", "empty": ""}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('severity="critical"', True),
        ("severity=critical", True),
        ('severity = "critical"', True),
        ('{severity="critical"}', True),
        ('"severity"="critical"', True),
        ("severity!=critical", False),
        ('größe="ü 1"', True),
        ("größe=~ü.1", True),
        ('severity=~"crit"', False),
        ('severity=~"crit.*"', True),
        ('severity=~"^critical$"', True),
        ('severity=~"warning|critical"', True),
        ('severity=~"(?i)CRITICAL"', True),
        ('severity!~"warning|critical"', False),
        ('region=~"[a-z]+-(west|east)-\\d"', True),
        ('region=~"[a-z]+-(west|east)-\\\\d"', True),
        ('missing=""', True),
        ('missing!="x"', True),
        ('missing=~".+"', False),
        ('missing!~".+"', True),
        ('missing=~".*"', True),
        ('empty=""', True),
        ('team="we\\"b"', False),
    ],
)
def test_a_matcher_matches_as_alertmanagers_does(text: str, expected: bool) -> None:
    assert Matcher.parse(text).matches(LABELS) is expected


def test_escapes_in_quotes_are_read() -> None:
    assert Matcher.parse(r'a="x\"y\\z\nw"').value == 'x"y\\z\nw'
    assert Matcher.parse(str(Matcher("a", "=", 'x"y\\z\n'))) == Matcher("a", "=", 'x"y\\z\n')


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "character 1: expected a label's name, found the end"),
        ("severity", "character 9: expected one of = != =~ !~"),
        ("=critical", "character 1: expected a label's name, found '='"),
        ("severity=", "character 10: expected a value"),
        ('severity="critical', "character 10: the quote is never closed"),
        ("severity==critical", "character 10: expected a value"),
        ("a=b,c=d", "character 4: unexpected ','"),
        ("{a=b", "'{' is never closed"),
        ("{", "'{' is never closed"),
        ('""="x"', "a label's name cannot be empty"),
        ('a=~"("', "at character 1 of the expression: this group is never closed"),
        ('a=~"x)"', "at character 2 of the expression: unmatched ')'"),
        ('a=~"[a"', "this class is never closed"),
        ('a=~"*"', "nothing before '*' to repeat"),
        ('a=~"a**"', "nothing to repeat"),
        ('a=~"(?=x)"', "not supported"),
        ('a=~"(x)\\\\1"', "not supported"),
        ('a=~"[z-a]"', "runs backwards"),
        ('a=~"a{2000}"', "bad count"),
        ('a=~"((((a{100}){100}){100}))"', "too large"),
        ('a=~"((((){1000}){1000}){1000})"', "too large"),
        ('a=~"' + "(" * 60 + ")" * 60 + '"', "nested too deeply"),
        ('a=~"' + "x" * 3000 + '"', "too long"),
    ],
)
def test_a_bad_matcher_is_refused_with_its_place_and_reason(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        Matcher.parse(text)


@pytest.mark.parametrize(
    "pattern",
    ["(a*)*b", "(a+a+)+b", "(a|aa)+b", "(.*)*b", "(a|a?)+b", ".*.*.*.*.*.*.*b", "(a?){100}a{100}b", "(x+x+)+y|(a*)*b"],
)
def test_no_expression_takes_more_than_linear_time(pattern: str) -> None:
    # Each of them takes a backtracking engine longer than the universe has; here the count of steps is bounded.
    assert not Matcher("a", "=~", pattern).matches({"a": "a" * MOST_MATCHED})


def test_of_a_huge_value_an_expression_sees_the_beginning() -> None:
    assert Matcher.parse('a=~"x*"').matches({"a": "x" * MOST_MATCHED + "y" * 1_000_000})
    assert not Matcher.parse('a="x"').matches({"a": "x" * 1_000_000})


CLASSES = (r"\d", r"\w", r"\s", r"\D", r"\W", r"\S", r"\.", r"\b", "[a-c]", "[^a-c]", r"[\d_]", "[]a]", "[a-]")
LITERALS = st.sampled_from([*"abA1-.\n^$", "(?i:a)", *CLASSES])
PATTERNS = st.recursive(
    LITERALS,
    lambda inner: (
        st.builds("".join, st.lists(inner, min_size=1, max_size=3))
        | st.builds("({}|{})".format, inner, inner)
        | st.builds(
            "(?:{}){}".format, inner, st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "{0,2}", "{2,}", "*?", "+?"])
        )
    ),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(pattern=PATTERNS, text=st.text(alphabet="aaAb1.\n", max_size=6), any_case=st.booleans())
def test_an_expression_means_what_it_means_elsewhere(pattern: str, text: str, any_case: bool) -> None:
    pattern = "(?i)" + pattern if any_case else pattern
    elsewhere = re.compile(pattern.replace("$", r"\Z"), re.ASCII)
    try:
        regex = Regex(pattern)
    except ValueError:
        assume(False)
    assert regex.matches(text) == bool(elsewhere.fullmatch(text))


@settings(max_examples=200, deadline=None)
@given(text=st.text(alphabet=string.printable + "ü☃", max_size=30))
def test_any_text_is_a_matcher_or_a_mistake_that_is_named(text: str) -> None:
    for written in (text, f'a=~"{text}"'):
        matcher = parsed_or_named(written)
        if matcher is not None:
            assert Matcher.parse(str(matcher)) == matcher
            matcher.matches({"a": text})


def parsed_or_named(text: str) -> Matcher | None:
    try:
        return Matcher.parse(text)
    except ValueError as mistake:
        reason = str(mistake)
    assert "at character" in reason or "the expression is too" in reason
    return None


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("a{1,3}", ["a", "aa", "aaa"], ["", "aaaa"]),
        ("a{2}", ["aa"], ["a", "aaa"]),
        ("a{2,}", ["aa", "aaaaa"], ["a"]),
        ("a{,2}", ["a{,2}"], ["a", "aa"]),
        ("(?i:a)b", ["ab", "Ab"], ["AB", "aB"]),
        ("(a(?i)b|c)d", ["abd", "aBd", "Cd"], ["abD", "Abd"]),
        ("(?s).", ["\n", "x"], ["", "xx"]),
        ("[[:alpha:]]+", ["abZ"], ["a1", "ä"]),
        ("[^[:^digit:]]", ["7"], ["a"]),
        (r"\x41\x{1F525}", ["A\U0001f525"], ["B"]),
        ("(?P<name>a)(?<other>b)", ["ab"], ["a"]),
        ("", [""], ["a"]),
        ("a||b", ["a", "", "b"], ["ab"]),
    ],
)
def test_everyday_syntax_of_re2_is_understood(pattern: str, yes: list[str], no: list[str]) -> None:
    regex = Regex(pattern)
    assert [text for text in yes + no if regex.matches(text)] == yes


def test_the_bound_on_size_leaves_room_for_everyday_expressions() -> None:
    names = "|".join(f"service-{number}" for number in range(150))
    assert len(names) < MOST_STATES
    assert Matcher("a", "=~", names).matches({"a": "service-149"})
