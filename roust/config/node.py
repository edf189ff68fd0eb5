"""A value of a configuration file that knows where it stands."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from roust.config.problem import Path, Place

Scalar = str | int | bool | None


@dataclass(slots=True, eq=False)
class Node:
    """A scalar, map or list. Aliases share nodes, so a node may stand in several paths; none contains itself.

    `keys` are the places of a map's keys. `origin` is the `${…}` that a text came from, empty for what
    stands in the file itself. `missing`: why what it names is not there; nothing else need be said of such a
    node. `size` and `height` count with aliases written out.
    """

    place: Place
    value: Scalar | dict[str, "Node"] | list["Node"] = field(repr=False)
    keys: dict[str, Place] = field(default_factory=dict, repr=False)
    origin: str = ""
    missing: str = ""
    size: int = 1
    height: int = 0

    def sized(self) -> "Node":
        """Itself, `size` and `height` counted from its children."""
        children = [child for _, child in self.children()]
        self.size = 1 + sum(child.size for child in children)
        self.height = 1 + max((child.height for child in children), default=0)
        return self

    def children(self) -> Iterator[tuple[str | int, "Node"]]:
        if isinstance(self.value, dict):
            yield from self.value.items()
        elif isinstance(self.value, list):
            yield from enumerate(self.value)

    def child(self, part: str | int) -> "Node | None":
        if isinstance(self.value, dict) and isinstance(part, str):
            return self.value.get(part)
        if isinstance(self.value, list) and isinstance(part, int) and 0 <= part < len(self.value):
            return self.value[part]
        return None

    def at(self, path: Path) -> "Node | None":
        """The node at `path` from here."""
        node: Node | None = self
        for part in path:
            if node is None:
                return None
            node = node.child(part)
        return node

    def locate(self, path: Path) -> Place:
        """Where `path` stands: its key where it has one, else itself, else the nearest thing above it."""
        node, place = self, self.place
        for part in path:
            child = node.child(part)
            if child is None:
                break
            place = node.keys.get(part, child.place) if isinstance(part, str) else child.place
            node = child
        return place

    def select(self, pattern: str) -> "Iterator[tuple[Path, Node]]":
        """Every path and node that `pattern` fits: `users.*.contacts.*.email`; `*` is any key or index."""
        found: list[tuple[Path, Node]] = [((), self)]
        for part in pattern.split("."):
            found = [
                ((*path, key), child) for path, node in found for key, child in node.children() if part in ("*", key)
            ]
        return iter(found)

    def plain(self) -> Any:
        """The value without places."""
        if isinstance(self.value, dict):
            return {key: child.plain() for key, child in self.value.items()}
        if isinstance(self.value, list):
            return [child.plain() for child in self.value]
        return self.value
