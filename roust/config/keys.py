"""Keys and tokens: long enough, and each in one place."""

from collections.abc import Iterable

from roust.config.node import Node
from roust.config.problem import Path, Place
from roust.config.validate import Draft

SHORTEST = 16
"""Characters of a key; `openssl rand -hex 32` gives 64."""

_CURE = "openssl rand -hex 32 makes one"


def check_keys(draft: Draft) -> None:
    """Link keys, integration keys and tokens. No message holds any of them."""
    link_keys = draft.root.child("link_keys")
    if link_keys is None or link_keys.value == []:
        draft.error(("link_keys",), f"is required: at least one key of {SHORTEST} characters or more ({_CURE})")
    integration_keys = list(draft.root.select("services.*.integration_keys.*"))
    for path, node in (*draft.root.select("link_keys.*"), *integration_keys):
        if _given(node) and len(str(node.value)) < SHORTEST:
            draft.error(path, f"must be at least {SHORTEST} characters long ({_CURE})")
    _once(draft, integration_keys, "an integration key opens one service")
    _once(draft, draft.root.select("tokens.*.sha256"), "every token has one entry")
    _once(draft, draft.root.select("tokens.*.name"), "every token has a name of its own")


def _once(draft: Draft, nodes: Iterable[tuple[Path, Node]], rule: str) -> None:
    first: dict[str, Place] = {}
    for path, node in nodes:
        if not _given(node):
            continue
        place = draft.root.locate(path)
        earlier = first.setdefault(str(node.value), place)
        if earlier is not place:
            draft.error(path, f"the same as at {earlier}: {rule}")


def _given(node: Node) -> bool:
    return isinstance(node.value, str) and not node.missing
