"""Logging: events with fields, JSON for programs, text for people, and never a secret or an address."""

import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from roust.runtime.redaction import redact

_TEMPORAL = ("temporal_workflow", "temporal_activity")
"""What the Temporal SDK adds to its log lines: whose they are."""


def configure_logging(level: str = "info", form: str = "auto", stream: TextIO | None = None) -> None:
    """Send every log of this process, ours and the libraries', through one renderer to `stream` (stderr).

    `form`: json, text, or auto, which is text on a terminal and JSON otherwise.
    """
    out = sys.stderr if stream is None else stream
    readable = form == "text" or (form == "auto" and out.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if readable else "iso", utc=not readable),
        structlog.stdlib.ExtraAdder(allow=_TEMPORAL),
        name_the_alert,
        structlog.processors.format_exc_info,
        redact_event,
    ]
    render: Processor = (
        structlog.dev.ConsoleRenderer(colors=out.isatty()) if readable else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        # What nobody will read is made no line of.
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True
    # A path holds keys and answer tokens: uvicorn's own access log never speaks, whatever the level.
    logging.getLogger("uvicorn.access").disabled = True
    # They name every request's whole address, some at INFO and some at DEBUG.
    for name in ("httpx2", "httpcore2", "urllib3", "requests", "mail.log", "watchfiles", "asyncio"):
        logging.getLogger(name).setLevel(logging.WARNING)


def name_the_alert(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """The structlog processor that gives a line of the Temporal SDK the alert that it is about: the beginning of
    its id, which the line knows, not the run that the id ends with."""
    for name in _TEMPORAL:
        details = event.pop(name, None)
        workflow = str(details.get("workflow_id", "")) if isinstance(details, Mapping) else ""
        if workflow.startswith("alert/"):
            event.setdefault("alert", workflow.removeprefix("alert/").replace("/", "-"))
    return event


def redact_event(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """The structlog processor: the last but the renderer, so that tracebacks are clean too."""
    return _clean_mapping(event)


def _clean_mapping(event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name, value in list(event.items()):
        # `_record` and `_from_structlog` are structlog's own and dropped before anything is written.
        if not name.startswith("_"):
            event[name] = redact(value, name)
    return event


def fields(event: Mapping[str, Any]) -> dict[str, Any]:
    """`event` as it would be written."""
    return dict(_clean_mapping(dict(event)))
