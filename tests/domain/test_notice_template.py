"""A group's own words: named fields, and nothing behind them."""

import pytest
from pydantic import ValidationError

from roust.domain.notice_template import FIELDS, NoticeTemplate, fill, mistake

FACTS = {name: f"<{name}>" for name in FIELDS}


def test_every_named_field_is_filled_in() -> None:
    whole = " ".join("{" + name + "}" for name in FIELDS)
    assert fill(whole, FACTS) == " ".join(FACTS.values())


def test_braces_of_the_text_itself_are_written_twice() -> None:
    assert fill("{{impact}} is {impact}", FACTS) == "{impact} is <impact>"


def test_what_a_fact_says_is_never_a_template() -> None:
    assert fill("{impact}", FACTS | {"impact": "{owner} {0} {x.__class__}"}) == "{owner} {0} {x.__class__}"


@pytest.mark.parametrize(
    "template",
    [
        *(
            "{impct}",
            "{}",
            "{0}",
            "{impact.upper}",
            "{impact[0]}",
            "{impact!r}",
            "{impact:>9999999}",
            "{",
            "}",
            "{impact",
        ),
        *("{impact.__class__.__mro__}", "{impact:{owner}}"),
    ],
)
def test_what_is_no_field_is_a_mistake_in_words(template: str) -> None:
    assert mistake(template)
    with pytest.raises(ValueError, match=r"field|brace"):
        fill(template, FACTS)
    for part in ("subject", "text"):
        with pytest.raises(ValidationError):
            NoticeTemplate.model_validate({part: template})


def test_an_unknown_field_is_told_with_those_that_there_are() -> None:
    said = mistake("{impct}") or ""
    assert said.startswith("no field {impct}: the fields are {impact}, {service}, ")
    assert all("{" + name + "}" in said for name in FIELDS)
