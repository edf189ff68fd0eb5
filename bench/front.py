"""The HTTP process of a measurement: `python -m bench.front ours|bare ADDRESS QUEUE`; says its port when it serves.

The bare one is the least that a FastAPI application can be between HTTP and Temporal: a request, a call.
"""

import asyncio
import sys

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from temporalio.client import Client

from api.app import create_app
from api.temporal_gateway import TemporalGateway
from bench.bare import ACKNOWLEDGE, OVER, TYPE, Bare
from bench.company import company
from roust.config.reload import Fixed
from roust.runtime.connection import data_converter
from roust.runtime.logging import configure_logging


class Begun(BaseModel):
    id: str


def bare_app(client: Client, queue: str) -> FastAPI:
    app = FastAPI()

    @app.post("/start", status_code=202)
    async def start(given: Bare) -> Begun:
        await client.start_workflow(TYPE, given, id=given.name, task_queue=queue)
        return Begun(id=given.name)

    @app.post("/acknowledge/{name}", status_code=202)
    async def acknowledge(name: str) -> Begun:
        await client.get_workflow_handle(name).signal(ACKNOWLEDGE)
        return Begun(id=name)

    @app.post("/over/{name}", status_code=202)
    async def over(name: str) -> Begun:
        await client.get_workflow_handle(name).signal(OVER)
        return Begun(id=name)

    return app


async def main(kind: str, address: str, queue: str) -> None:
    # A line for each request would be measured with it.
    configure_logging("warning", "json")
    client = await Client.connect(address, data_converter=data_converter())
    directory = company()
    gateway = TemporalGateway(client, lambda: directory, task_queue=queue)
    app = bare_app(client, queue) if kind == "bare" else create_app(gateway, Fixed(directory))
    server = uvicorn.Server(
        uvicorn.Config(app, port=0, access_log=False, log_config=None, server_header=False, lifespan="off", ws="none")
    )
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 (it has no event for it)
        await asyncio.sleep(0.01)
    print(server.servers[0].sockets[0].getsockname()[1], flush=True)
    await serving
    await gateway.aclose()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
