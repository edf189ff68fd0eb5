"""`${NAME}`, `${NAME:-default}`, `${file:/run/secrets/x}`: what a file says without holding it."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

from roust.config.problem import Place

MOST_BYTES = 64 * 1024
"""Of a file named by `${file:…}`."""

_REFERENCE = re.compile(r"\$\$\{|\$\{([^{}]*)(\}?)")
_NAME = re.compile(r"^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$", re.DOTALL)


class _Missing(Exception):
    """What is named is not there; the message says what, never a value."""


class Expansion:
    """Reads references from `environ` and from files; remembers which files it read (to watch them).

    `$${` is a plain `${`. A relative file is taken from the folder of the file that names it. Trailing
    line ends of a file are left out. What is wrong is said by the name of the reference, never by a value.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.files: set[Path] = set()

    def __call__(self, text: str, place: Place) -> tuple[str, str, str | None]:
        """What `text` stands for, the first reference in it (empty: none), what is wrong with it."""
        if "${" not in text:
            return text, "", None
        origin = ""
        wrong: list[str] = []

        def replace(found: re.Match[str]) -> str:
            nonlocal origin
            if found[0] == "$${":
                return "${"
            try:
                if not found[2]:
                    raise _Missing("a ${ without its }; write ${NAME}, or $${ for a plain ${")
                value = self._value(found[1], Path(place.file).parent)
            except _Missing as missing:
                wrong.append(str(missing))
                return ""
            origin = origin or "${" + found[1].split(":-")[0] + "}"
            return value

        return _REFERENCE.sub(replace, text), origin, "; ".join(wrong) or None

    def _value(self, reference: str, folder: Path) -> str:
        if reference.startswith("file:"):
            return self._file(reference.removeprefix("file:"), folder)
        named = _NAME.match(reference)
        if named is None:
            raise _Missing("not a reference: write ${NAME}, ${NAME:-default} or ${file:/path}")
        name, default = named[1], named[2]
        value = self._environ.get(name)
        if default is not None:
            return value or default
        if value is None:
            raise _Missing(f"the environment variable {name} is not set")
        return value

    def _file(self, name: str, folder: Path) -> str:
        path = folder / name
        try:
            if not path.is_file():
                raise _Missing(f"no file {name}")
            with path.open("rb") as stream:
                data = stream.read(MOST_BYTES + 1)
        except (OSError, ValueError) as error:
            reason = (error.strerror if isinstance(error, OSError) else None) or "not a path"
            raise _Missing(f"cannot read the file {name}: {reason}") from None
        self.files.add(path)
        if len(data) > MOST_BYTES:
            raise _Missing(f"the file {name} is larger than {MOST_BYTES // 1024} KiB")
        try:
            return data.decode("utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            raise _Missing(f"the file {name} is not UTF-8 text") from None


class StandIns(Expansion):
    """For where nothing is sent and nobody let in: what is not there is stood in for, and remembered in `missing`.

    A stand-in looks like a key and like the sha256 of a token, and like no address.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        super().__init__(environ)
        self.missing: set[str] = set()

    def _value(self, reference: str, folder: Path) -> str:
        try:
            return super()._value(reference, folder)
        except _Missing:
            if not (reference.startswith("file:") or _NAME.match(reference)):
                raise
            self.missing.add("${" + reference + "}")
            return hashlib.sha256(reference.encode("utf-8", "replace")).hexdigest()
