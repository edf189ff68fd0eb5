"""The configuration in force: read anew when its files change, swapped only for one without mistakes."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import structlog
from watchfiles import awatch

from roust.config.load import load
from roust.config.problem import Problem
from roust.domain.directory import Directory

log = structlog.get_logger()

Swapped = Callable[[Directory], None]

_DIGEST_SHOWN = 12
_STEP_MS = 100
_LOOK_MS = 1_000


class Fixed:
    """A directory that never changes: what CurrentDirectory is to its readers, for tests and rehearsals."""

    def __init__(self, directory: Directory, digest: str = "fixed") -> None:
        self.directory = directory
        self.digest = digest
        self.loaded_at = datetime.now(UTC)
        self.last_error: str | None = None

    def on_swap(self, _call: Swapped) -> None:
        """It is never swapped."""

    async def reload(self) -> list[Problem]:
        """There is nothing to read."""
        return []

    async def watch(self) -> None:
        """Until cancelled."""
        await asyncio.Event().wait()


class CurrentDirectory:
    """The directory of `paths`, kept up to date by `watch`.

    Made from a configuration without mistakes; BadConfiguration names them all otherwise. Afterwards a
    change that has a mistake leaves the old directory in force, is logged, and stands in `last_error`
    until a reload succeeds. `digest` is the sha256 of what is in force, `loaded_at` since when.
    """

    def __init__(self, paths: Sequence[Path], environ: Mapping[str, str]) -> None:
        self._paths = list(paths)
        self._environ = environ
        self._calls: list[Swapped] = []
        self._reloading = asyncio.Lock()
        self._files: tuple[Path, ...] = ()
        self._read = self._state()
        loaded = load(self._paths, environ)
        self.directory = loaded.get()
        self.digest = loaded.digest
        self.loaded_at = datetime.now(UTC)
        self.last_error: str | None = None
        self._files = loaded.files
        self._read = self._state()
        for warning in loaded.warnings:
            log.warning("configuration", problem=str(warning))

    def on_swap(self, call: Swapped) -> None:
        """Call `call` with each new directory, after it is in force."""
        self._calls.append(call)

    async def reload(self) -> list[Problem]:
        """Read the files again; swap if they have no mistake and say something new. The mistakes."""
        async with self._reloading:
            self._read = self._state()
            loaded = await asyncio.to_thread(load, self._paths, self._environ)
            self._files = loaded.files or self._files
            if loaded.directory is None:
                self._keep(loaded.problems)
                return loaded.problems
            if self.last_error is not None or loaded.digest != self.digest:
                log.info("configuration loaded", digest=loaded.digest[:_DIGEST_SHOWN], warnings=len(loaded.warnings))
            self.last_error = None
            if loaded.digest != self.digest:
                self._swap(loaded.directory, loaded.digest)
            return []

    async def watch(self) -> None:
        """Reload whenever the files change, until cancelled.

        Folders are watched rather than files: editors, and Kubernetes' symlink to `..data`, replace files
        under their names. Where the system tells of no changes (network mounts), a look every second finds them.
        """
        while True:
            try:
                await self._follow()
            except FileNotFoundError:
                continue  # A folder that goes away ends its watch: look again from the start.
            # Whatever is wrong with the files, or with us who read them: what is in force goes on paging.
            except Exception as error:
                self._not_read(error)
                await asyncio.sleep(_LOOK_MS / 1000)

    async def _follow(self) -> None:
        folders = self._folders()
        if not folders:
            await asyncio.sleep(_LOOK_MS / 1000)
        # Also where watching itself fails: a system may have no watches left to give.
        if self._state() != self._read:
            await self.reload()
        async for _ in awatch(*folders, recursive=False, step=_STEP_MS, rust_timeout=_LOOK_MS, yield_on_timeout=True):
            if self._state() != self._read:
                await self.reload()
            if folders != self._folders():
                break

    def _not_read(self, error: Exception) -> None:
        text = f"the files could not be read ({type(error).__name__})"
        if text != self.last_error:
            log.error("configuration could not be read; the old one stays in force", error=type(error).__name__)
        self.last_error = text

    def _keep(self, problems: list[Problem]) -> None:
        text = "\n".join(map(str, problems))
        if text != self.last_error:
            log.error(
                "configuration has mistakes; the old one stays in force",
                digest=self.digest[:_DIGEST_SHOWN],
                problems=[str(problem) for problem in problems],
            )
        self.last_error = text

    def _swap(self, directory: Directory, digest: str) -> None:
        self.directory, self.digest, self.loaded_at = directory, digest, datetime.now(UTC)
        for call in self._calls:
            call(directory)

    def _folders(self) -> set[Path]:
        """The folders of all that was read, and of what symlinks lead to."""
        named = {path for path in self._paths if path.is_dir()}
        for file in (*self._paths, *self._files):
            named |= {file.parent, file.resolve().parent}
        return {folder for folder in named if folder.is_dir()}

    def _state(self) -> frozenset[tuple[Path, int, int, int]]:
        """What tells, without reading them, that files have changed, come or gone."""
        inside = [file for path in self._paths if path.is_dir() for file in path.iterdir()]
        found: set[tuple[Path, int, int, int]] = set()
        for file in (*self._paths, *self._files, *inside):
            with suppress(OSError):  # gone: so the state is another
                stat = file.stat()
                found.add((file, stat.st_ino, stat.st_mtime_ns, stat.st_size))
        return frozenset(found)
