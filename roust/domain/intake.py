"""A foreign payload's fields, named by its user: which of them says what (`intakes` of the configuration)."""

from typing import Annotated, Any

import jmespath
from jmespath.exceptions import JMESPathError
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from roust.domain.alert import SEVERITY_PRIORITY


def _compiles(text: str) -> str:
    try:
        jmespath.compile(text)
    except JMESPathError as error:
        reason = str(error).splitlines()[0].removeprefix("Invalid jmespath expression: ").rstrip(":")
        raise ValueError(
            f"is no JMESPath expression: {reason}; write a field as alert.title, a fixed text in 'single quotes'"
        ) from None
    return text


def _a_severity(text: str) -> str:
    if text not in SEVERITY_PRIORITY:
        raise ValueError(f"unknown severity {text[:64]!r}: one of {', '.join(SEVERITY_PRIORITY)}")
    return text


Expression = Annotated[str, AfterValidator(_compiles)]
"""JMESPath (jmespath.org): what of the payload is meant."""

KnownSeverity = Annotated[str, AfterValidator(_a_severity)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class IntakeLink(_Part):
    """A link of the page: `href` out of the payload, `text` as it is."""

    href: Expression
    text: str = ""


class Intake(_Part):
    """How `POST /in/webhook/{name}` reads a payload.

    `json_fields` names fields whose text is JSON, read first; `each` leads to the list of alerts where one
    payload has several. All else is asked of each alert: `resolve`, `acknowledge` and `ignore` are questions
    (true of what is not false, null or empty), the rest say what the field of the same name of
    `POST /v1/alerts` is to be. `severities` translates the source's words into ours.
    """

    source: str = ""
    json_fields: list[str] = []
    each: Expression | None = None
    summary: Expression
    ignore: Expression | None = None
    resolve: Expression | None = None
    acknowledge: Expression | None = None
    dedup_key: Expression | None = None
    priority: Expression | None = None
    severity: Expression | None = None
    severities: dict[str, KnownSeverity] = {}
    description: Expression | None = None
    labels: dict[str, Expression] = {}
    links: list[IntakeLink] = Field(default=[], max_length=20)


def ask(expression: str | None, payload: Any) -> Any:
    """What `expression` finds in `payload`; None where it finds nothing. Raises ValueError with the reason."""
    if expression is None:
        return None
    try:
        return jmespath.search(expression, payload)
    except (JMESPathError, TypeError, ArithmeticError) as error:
        raise ValueError(str(error).splitlines()[0][:200]) from None


def holds(answer: Any) -> bool:
    """Whether an answer counts as yes: JMESPath's own rule, by which 0 is one."""
    return answer is not None and answer is not False and answer not in ("", [], {})
