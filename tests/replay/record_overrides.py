"""Record the histories of the overrides' entity: `python -m tests.replay.record_overrides`."""

import asyncio
from datetime import timedelta

from roust.domain.kept_overrides import KEPT_FOR
from tests.replay.recording import keep
from tests.workflows.book import Book
from tests.workflows.conftest import skipping_time, working

HOUR = timedelta(hours=1)


async def made_and_removed(book: Book) -> None:
    now = await book.env.get_current_time()
    begun = await book.make("ada", now - HOUR, now + HOUR, reason="dentist")
    coming = await book.make("ben", now + HOUR, now + 2 * HOUR, kind="replace", replaces="ada")
    await book.remove(begun.id)
    await book.remove(coming.id)


async def dropped_in_time(book: Book) -> None:
    now = await book.env.get_current_time()
    await book.make("ada", now, now + HOUR)
    await book.make("ben", now, now + 48 * HOUR)
    await book.env.sleep(KEPT_FOR + 2 * HOUR)
    await book.make("ada", now + 2 * KEPT_FOR, now + 2 * KEPT_FOR + HOUR)


SHAPES = {"overrides_made_and_removed": made_and_removed, "overrides_dropped_in_time": dropped_in_time}


async def main() -> None:
    async with skipping_time() as env, working(env.client):
        for name, acts in SHAPES.items():
            book = Book(env)
            await acts(book)
            await keep(env.client, name, book.id)


if __name__ == "__main__":
    asyncio.run(main())
