"""Everything that can be read in what Temporal keeps: histories, memos, search attributes, base64 opened."""

import base64
import json

from google.protobuf.json_format import MessageToJson
from temporalio.client import Client


def opened(raw: str) -> str:
    """`raw`, protobuf's JSON, and every base64 in it opened."""
    found: list[str] = [raw]

    def walk(value: object) -> None:
        match value:
            case dict():
                for inner in value.values():
                    walk(inner)
            case list():
                for inner in value:
                    walk(inner)
            case str():
                try:
                    found.append(base64.b64decode(value, validate=True).decode("utf-8", "replace"))
                except ValueError:
                    return

    walk(json.loads(raw))
    return "\n".join(found)


async def kept(client: Client, query: str = "") -> dict[str, str]:
    """By workflow id: all that whoever reaches Temporal reads of the workflows that `query` finds."""
    found: dict[str, str] = {}
    async for execution in client.list_workflows(query):
        handle = client.get_workflow_handle(execution.id, run_id=execution.run_id)
        described = await handle.describe()
        history = await handle.fetch_history()
        whole = [MessageToJson(execution.raw_info), MessageToJson(described.raw_description), history.to_json()]
        found[f"{execution.id} {execution.run_id}"] = "\n".join(map(opened, whole))
    return found
