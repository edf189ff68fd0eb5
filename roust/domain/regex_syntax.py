"""Reading a regular expression: RE2's everyday syntax into a tree, or the position and reason why not."""

from dataclasses import dataclass

MOST_CHARACTERS = 2_000
MOST_REPEATS = 1_000
"""RE2's own bound on `{n,m}`."""
_MOST_NESTED = 50

_DIGIT = (("0", "9"),)
_WORD = (("0", "9"), ("A", "Z"), ("_", "_"), ("a", "z"))
_SPACE = (("\t", "\n"), ("\f", "\r"), (" ", " "))
_CLASSES = {"d": _DIGIT, "w": _WORD, "s": _SPACE}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "a": "\a"}
_ASSERTIONS = {"b": "b", "B": "B", "A": "^", "z": "$"}
_POSIX = {
    "alnum": (("0", "9"), ("A", "Z"), ("a", "z")),
    "alpha": (("A", "Z"), ("a", "z")),
    "digit": _DIGIT,
    "lower": (("a", "z"),),
    "punct": (("!", "/"), (":", "@"), ("[", "`"), ("{", "~")),
    "space": (("\t", "\r"), (" ", " ")),
    "upper": (("A", "Z"),),
    "word": _WORD,
    "xdigit": (("0", "9"), ("A", "F"), ("a", "f")),
}
_TOP = "\U0010ffff"

Ranges = tuple[tuple[str, str], ...]


def _without(ranges: Ranges) -> Ranges:
    """Every character that is not in `ranges`."""
    left: list[tuple[str, str]] = []
    following = 0
    for low, high in sorted(ranges):
        if ord(low) > following:
            left.append((chr(following), chr(ord(low) - 1)))
        following = max(following, ord(high) + 1)
    if following <= ord(_TOP):
        left.append((chr(following), _TOP))
    return tuple(left)


@dataclass(frozen=True)
class Chars:
    """One character out of `ranges`."""

    ranges: Ranges
    negated: bool = False
    any_case: bool = False

    def __contains__(self, char: str) -> bool:
        forms = {char, char.lower(), char.upper()} if self.any_case else {char}
        return any(low <= form <= high for form in forms for low, high in self.ranges) != self.negated


@dataclass(frozen=True)
class Assertion:
    """A place, not a character: `^`, `$`, `b` (word boundary), `B`."""

    kind: str


@dataclass(frozen=True)
class Sequence:
    parts: tuple["Node", ...]


@dataclass(frozen=True)
class Alternation:
    branches: tuple["Node", ...]


@dataclass(frozen=True)
class Repeat:
    """`inner` from `least` to `most` times; None is without end."""

    inner: "Node"
    least: int
    most: int | None


Node = Chars | Assertion | Sequence | Alternation | Repeat


def parse(pattern: str) -> Node:
    """The tree of `pattern`. ValueError says where and why, also of what RE2 lacks (look-around)."""
    if len(pattern) > MOST_CHARACTERS:
        raise ValueError(f"the expression is too long (at most {MOST_CHARACTERS} characters)")
    return _Reader(pattern).read()


class _Reader:
    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0
        self.depth = 0
        self.any_case = False
        self.dot_all = False

    def error(self, reason: str, at: int | None = None) -> ValueError:
        return ValueError(f"at character {(self.at if at is None else at) + 1} of the expression: {reason}")

    @property
    def peek(self) -> str:
        return self.pattern[self.at : self.at + 1]

    def take(self, text: str) -> bool:
        if text and self.pattern.startswith(text, self.at):
            self.at += len(text)
            return True
        return False

    def read(self) -> Node:
        node = self.alternation()
        if self.peek:
            raise self.error("unmatched ')'")
        return node

    def alternation(self) -> Node:
        branches = [self.sequence()]
        while self.take("|"):
            branches.append(self.sequence())
        return branches[0] if len(branches) == 1 else Alternation(tuple(branches))

    def sequence(self) -> Node:
        parts: list[Node] = []
        while self.peek and self.peek not in "|)":
            begin = self.at
            atom = self.atom()
            if atom is not None:
                parts.append(self.repeated(atom, begin))
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def repeated(self, atom: Node, begin: int) -> Node:
        bounds = self.bounds()
        if bounds is None:
            return atom
        self.take("?")  # Lazy or greedy: the same language.
        if self.peek and self.peek in "*+?":
            raise self.error("nothing to repeat; put the inner part in parentheses")
        if isinstance(atom, Assertion):
            raise self.error("a place such as ^ or $ cannot be repeated", begin)
        least, most = bounds
        return Repeat(atom, least, most)

    def bounds(self) -> tuple[int, int | None] | None:
        for sign, bounds in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self.take(sign):
                return bounds
        if self.peek != "{":
            return None
        close = self.pattern.find("}", self.at)
        low, comma, high = self.pattern[self.at + 1 : max(close, self.at + 1)].partition(",")
        if (
            close < 0
            or not (low.isascii() and low.isdigit())
            or not (high == "" or (high.isascii() and high.isdigit()))
        ):
            return None  # As in RE2, a brace that is no count stands for itself.
        least = int(low[:9])
        most = least if not comma else int(high[:9]) if high else None
        if least > MOST_REPEATS or (most or 0) > MOST_REPEATS or (most is not None and most < least):
            raise self.error(f"bad count (at most {MOST_REPEATS}, the lesser first)")
        self.at = close + 1
        return least, most

    def atom(self) -> Node | None:
        char = self.peek
        if char == "(":
            return self.group()
        if char == "[":
            return self.char_class()
        if char in "*+?":
            raise self.error(f"nothing before {char!r} to repeat")
        self.at += 1
        if char == ".":
            return Chars(() if self.dot_all else (("\n", "\n"),), negated=True)
        if char in "^$":
            return Assertion(char)
        if char == "\\":
            return self.escape()
        return Chars(((char, char),), any_case=self.any_case)

    def group(self) -> Node | None:
        begin = self.at
        self.at += 1
        flags = self.any_case, self.dot_all
        if self.take("?"):
            if self.take("P<") or (self.peek == "<" and self.pattern[self.at + 1 : self.at + 2] not in ("=", "!")):
                self.name(begin)
            elif self.flags(begin):
                return None
        self.depth += 1
        if self.depth > _MOST_NESTED:
            raise self.error(f"nested too deeply (at most {_MOST_NESTED} groups)", begin)
        node = self.alternation()
        self.depth -= 1
        if not self.take(")"):
            raise self.error("this group is never closed", begin)
        self.any_case, self.dot_all = flags
        return node

    def name(self, begin: int) -> None:
        self.take("<")
        close = self.pattern.find(">", self.at)
        if close < 0 or not self.pattern[self.at : close].isidentifier():
            raise self.error("bad name of a group", begin)
        self.at = close + 1

    def flags(self, begin: int) -> bool:
        """Reads `i`, `s`, `-i` …; whether they hold for the rest of the group around (`(?i)`)."""
        on = True
        while self.peek and self.peek not in ":)":
            flag = self.peek
            if flag == "-" and on:
                on = False
            elif flag == "i":
                self.any_case = on
            elif flag == "s":
                self.dot_all = on
            else:
                raise self.error("look-around, back-references and this flag are not supported", begin)
            self.at += 1
        if self.take(")"):
            return True
        if not self.take(":"):
            raise self.error("this group is never closed", begin)
        return False

    def escape(self) -> Node:
        """After a backslash, outside a class."""
        if self.peek and self.peek in _ASSERTIONS:
            self.at += 1
            return Assertion(_ASSERTIONS[self.pattern[self.at - 1]])
        ranges = self.escaped()
        return Chars(ranges, any_case=self.any_case)

    def escaped(self) -> Ranges:
        """After a backslash: the characters that it stands for."""
        char = self.peek
        self.at += 1
        if char.lower() in _CLASSES:
            ranges = _CLASSES[char.lower()]
            return _without(ranges) if char.isupper() else ranges
        if char in _ESCAPES:
            return ((_ESCAPES[char], _ESCAPES[char]),)
        if char == "x":
            return self.hexadecimal()
        if not char or (char.isascii() and char.isalnum()):
            raise self.error("this escape is not supported" if char else "ends with a backslash", self.at - 2)
        return ((char, char),)

    def hexadecimal(self) -> Ranges:
        begin = self.at - 2
        if self.take("{"):
            close = self.pattern.find("}", self.at)
            digits, after = self.pattern[self.at : close], close + 1
        else:
            digits, after = self.pattern[self.at : self.at + 2], self.at + 2
            digits = digits if len(digits) == 2 else ""
        if not 1 <= len(digits) <= 6 or any(d not in "0123456789abcdefABCDEF" for d in digits) or after <= 0:
            raise self.error("bad hexadecimal escape", begin)
        if int(digits, 16) > ord(_TOP):
            raise self.error("no such character", begin)
        self.at = after
        char = chr(int(digits, 16))
        return ((char, char),)

    def char_class(self) -> Node:
        begin = self.at
        self.at += 1
        negated = self.take("^")
        ranges: list[tuple[str, str]] = []
        first = True
        while first or self.peek != "]":
            if not self.peek:
                raise self.error("this class is never closed", begin)
            first = False
            ranges.extend(self.class_item())
        self.at += 1
        return Chars(tuple(ranges), negated=negated, any_case=self.any_case)

    def class_item(self) -> Ranges:
        begin = self.at
        if self.take("[:"):
            close = self.pattern.find(":]", self.at)
            name = self.pattern[self.at : close] if close >= 0 else ""
            ranges = _POSIX.get(name.removeprefix("^"))
            if ranges is None:
                raise self.error("no such class", begin)
            self.at = close + 2
            return _without(ranges) if name.startswith("^") else ranges
        low = self.class_char()
        if self.peek == "-" and self.pattern[self.at + 1 : self.at + 2] not in ("", "]"):
            self.at += 1
            high = self.class_char()
            if len(low) != 1 or len(high) != 1 or low[0][0] != low[0][1] or high[0][0] != high[0][1]:
                raise self.error("a range needs a character on both sides", begin)
            if low[0][0] > high[0][0]:
                raise self.error("the range runs backwards", begin)
            return ((low[0][0], high[0][0]),)
        return low

    def class_char(self) -> Ranges:
        if self.take("\\"):
            return self.escaped()
        char = self.peek
        self.at += 1
        return ((char, char),)
