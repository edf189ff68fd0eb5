"""One line made wrong by hand, and the tests that must notice."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutation:
    """`wrong`: what no longer holds. `old`, which stands exactly once in `file`, becomes `new`."""

    wrong: str
    file: str
    old: str
    new: str
    tests: str
