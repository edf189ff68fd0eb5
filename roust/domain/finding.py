"""Findings: what is not wrong yet, and will be, each with its place and its cure."""

from enum import StrEnum
from typing import NamedTuple


class Reason(StrEnum):
    """Why a finding is one."""

    COVERAGE_GAP = "coverage_gap"
    EMPTY_LAYER = "empty_layer"
    HIDDEN_LAYER = "hidden_layer"
    OVER = "over"
    OVERLAP = "overlap"
    UNREACHABLE = "unreachable"
    RULE_TOO_LATE = "rule_too_late"
    STEP_PAGES_NOBODY = "step_pages_nobody"


class Finding(NamedTuple):
    """A warning: the place in the configuration, the reason, and a sentence that names the cure."""

    place: tuple[str | int, ...]
    reason: Reason
    text: str
