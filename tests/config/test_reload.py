"""A change of the files is validated, then swapped in; one with a mistake leaves the old one in force."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from roust.config import reload
from roust.config.load import BadConfiguration
from roust.config.reload import CurrentDirectory, Fixed
from roust.domain.directory import Directory
from tests.builders import a_directory
from tests.config.files import ENVIRON, GOOD
from tests.waiting import until

OTHER = GOOD.replace("Ada Lovelace", "Ada King")
BROKEN = GOOD.replace("5m", "hunter2-minutes").replace("wait: ", 'wait: "${SECRET}", on_empty: ')


def current(folder: Path) -> CurrentDirectory:
    (folder / "roust.yaml").write_text(GOOD)
    return CurrentDirectory([folder / "roust.yaml"], ENVIRON)


@asynccontextmanager
async def watching(directory: CurrentDirectory) -> AsyncIterator[None]:
    task = asyncio.create_task(directory.watch())
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def replace(file: Path, text: str) -> None:
    """As an editor does: a new file under the old name."""
    beside = file.with_suffix(".new")
    beside.write_text(text)
    beside.replace(file)


async def test_a_changed_file_is_swapped_in_and_told(tmp_path: Path) -> None:
    directory = current(tmp_path)
    digest, told = directory.digest, list[Directory]()
    directory.on_swap(told.append)
    async with watching(directory):
        replace(tmp_path / "roust.yaml", OTHER)
        await until(lambda: bool(told))
    assert directory.directory.users["ada"].name == "Ada King"
    assert told == [directory.directory]
    assert directory.digest != digest
    assert directory.last_error is None


async def test_a_mistake_keeps_the_old_one_and_is_said_without_secrets(tmp_path: Path) -> None:
    directory = current(tmp_path)
    before, told = directory.directory, list[Directory]()
    directory.on_swap(told.append)
    with capture_logs() as logs:
        async with watching(directory):
            replace(tmp_path / "roust.yaml", BROKEN)
            await until(lambda: directory.last_error is not None)
            assert directory.directory is before
            assert directory.last_error is not None
            assert "the value of ${SECRET} is not valid here" in directory.last_error
            replace(tmp_path / "roust.yaml", OTHER)
            await until(lambda: bool(told))
    assert directory.last_error is None
    assert [log["event"] for log in logs] == [
        "configuration has mistakes; the old one stays in force",
        "configuration loaded",
    ]
    assert ENVIRON["SECRET"] not in str(logs)


async def test_what_nobody_thought_of_keeps_the_old_one_and_the_watch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that pages must not end for a file that somebody saves."""
    directory = current(tmp_path)
    before = directory.directory
    async with watching(directory):
        with monkeypatch.context() as broken:
            broken.setattr(reload, "load", lambda *_: ENVIRON["no such key"])
            replace(tmp_path / "roust.yaml", BROKEN)
            await until(lambda: directory.last_error is not None)
        assert directory.directory is before
        assert directory.last_error == "the files could not be read (KeyError)"
        replace(tmp_path / "roust.yaml", OTHER)
        await until(lambda: directory.last_error is None)
    assert directory.directory.users["ada"].name == "Ada King"


async def test_where_the_system_gives_no_watch_a_change_is_found_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def no_watch(*_: object, **__: object) -> AsyncIterator[None]:
        raise OSError("inotify watch limit reached")
        yield

    monkeypatch.setattr(reload, "awatch", no_watch)
    directory = current(tmp_path)
    async with watching(directory):
        await until(lambda: directory.last_error is not None)
        replace(tmp_path / "roust.yaml", OTHER)
        await until(lambda: directory.directory.users["ada"].name == "Ada King")


async def test_a_symlink_swap_as_in_kubernetes_is_seen(tmp_path: Path) -> None:
    for version, text in (("..1", GOOD), ("..2", OTHER)):
        (tmp_path / version).mkdir()
        (tmp_path / version / "roust.yaml").write_text(text)
    (tmp_path / "..data").symlink_to("..1")
    (tmp_path / "roust.yaml").symlink_to("..data/roust.yaml")
    directory = CurrentDirectory([tmp_path], ENVIRON)
    async with watching(directory):
        (tmp_path / "..next").symlink_to("..2")
        os.replace(tmp_path / "..next", tmp_path / "..data")
        await until(lambda: directory.directory.users["ada"].name == "Ada King")


async def test_a_changed_secret_file_is_a_change(tmp_path: Path) -> None:
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "key").write_text("the-first-long-enough-key\n")
    (tmp_path / "roust.yaml").write_text(GOOD.replace("${LONG_KEY}", "${file:secrets/key}"))
    directory = CurrentDirectory([tmp_path / "roust.yaml"], ENVIRON)
    async with watching(directory):
        replace(secrets / "key", "the-second-long-enough-key")
        await until(lambda: directory.directory.link_keys[0].get_secret_value() == "the-second-long-enough-key")


async def test_a_file_that_comes_back_is_read_again(tmp_path: Path) -> None:
    directory = current(tmp_path)
    async with watching(directory):
        (tmp_path / "roust.yaml").unlink()
        await until(lambda: directory.last_error is not None)
        assert directory.last_error is not None
        assert "no such file" in directory.last_error
        (tmp_path / "roust.yaml").write_text(OTHER)
        await until(lambda: directory.last_error is None)
    assert directory.directory.users["ada"].name == "Ada King"


async def test_a_reload_on_request_returns_the_mistakes(tmp_path: Path) -> None:
    directory = current(tmp_path)
    before = directory.loaded_at
    assert await directory.reload() == []
    assert directory.loaded_at == before  # nothing new: nothing swapped
    (tmp_path / "roust.yaml").write_text("users: [")
    assert [problem.place.line for problem in await directory.reload()] == [2]
    assert directory.last_error is not None
    (tmp_path / "roust.yaml").write_text(GOOD)
    assert await directory.reload() == []
    assert directory.last_error is None


def test_a_first_configuration_with_mistakes_is_refused_whole(tmp_path: Path) -> None:
    (tmp_path / "roust.yaml").write_text(BROKEN.replace("ada}", "bob}"))
    with pytest.raises(BadConfiguration) as raised:
        CurrentDirectory([tmp_path / "roust.yaml"], ENVIRON)
    assert len(raised.value.problems) == 5
    assert ENVIRON["SECRET"] not in str(raised.value)


async def test_a_fixed_directory_never_changes() -> None:
    fixed = Fixed(a_directory())
    assert await fixed.reload() == []
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await fixed.watch()
    assert fixed.last_error is None
