"""Record the histories of the keeper of maintenance: `python -m tests.replay.record_maintenance`."""

import asyncio

from roust.domain.kept_maintenance import KEPT_FOR
from tests.replay.recording import keep
from tests.workflows.conftest import skipping_time, working
from tests.workflows.keeper import HOUR, Keeper


async def made_and_ended(keeper: Keeper) -> None:
    await keeper.make(1, every="1w", time_zone="Europe/Berlin")
    await keeper.end((await keeper.make(2, services=["checkout"])).id)


async def dropped_in_time(keeper: Keeper) -> None:
    await keeper.make(1)
    await keeper.env.sleep(KEPT_FOR + 2 * HOUR)
    await keeper.make(1)


SHAPES = {"maintenance_made_and_ended": made_and_ended, "maintenance_dropped_in_time": dropped_in_time}


async def main() -> None:
    async with skipping_time() as env, working(env.client):
        for name, acts in SHAPES.items():
            keeper = Keeper(env)
            await acts(keeper)
            await keep(env.client, name, keeper.id)


if __name__ == "__main__":
    asyncio.run(main())
