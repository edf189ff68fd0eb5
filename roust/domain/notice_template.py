"""A group's own words for a moment: a text with named fields, and no language behind it."""

from string import Formatter
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

FIELDS = {
    "impact": "what is affected, in the service's words for its users",
    "service": "the service's name",
    "priority": "P1 to P5",
    "since": "when the outage began, in the reader's zone",
    "now": "when this moment was, in the reader's zone",
    "lasted": "how long it has been going on, or lasted",
    "owner": "who has it, or `nobody yet`",
    "who": "a sentence: who is on it",
    "next": "a sentence: what happens next",
    "news": "a sentence: when the next news is due, or nothing",
    "update": "what a responder wrote, or nothing",
}
"""The named fields, and what each says."""

SUBJECT_LENGTH, TEXT_LENGTH = 200, 4000


def mistake(template: str) -> str | None:
    """Why `template` cannot be filled in, in words; None when it can. `{{` and `}}` are braces."""
    known = "{" + "}, {".join(FIELDS) + "}"
    try:
        parts = list(Formatter().parse(template))
    except ValueError:
        return "a brace that begins or ends no field: one of the text itself is written twice, {{ or }}"
    for _, name, form, conversion in parts:
        if name is None:
            continue
        if name not in FIELDS:
            return f"no field {{{name[:40]}}}: the fields are {known}"
        if form or conversion:
            return f"a field stands alone, as {{{name}}}: no form or conversion after it"
    return None


def fill(template: str, facts: dict[str, str]) -> str:
    """`template` with `facts` (every one of FIELDS) in its fields. ValueError for what has a mistake: names
    alone are replaced, nothing of an object can be reached."""
    if wrong := mistake(template):
        raise ValueError(wrong)
    return "".join(text + (facts[name] if name is not None else "") for text, name, _, _ in Formatter().parse(template))


def _filled_in(template: str) -> str:
    if wrong := mistake(template):
        raise ValueError(wrong)
    return template


Fields = Annotated[str, AfterValidator(_filled_in)]


class NoticeTemplate(BaseModel):
    """A group's own words for one moment; what is left out stays as it is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    subject: Annotated[Fields, Field(min_length=1, max_length=SUBJECT_LENGTH)] | None = None
    text: Annotated[Fields, Field(min_length=1, max_length=TEXT_LENGTH)] | None = None
