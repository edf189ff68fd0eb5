"""Writing histories down as a real server has them; what is recorded already stays."""

import json
from pathlib import Path

from temporalio.client import Client

HISTORIES = Path(__file__).parent / "histories"


async def keep(client: Client, name: str, workflow: str, run: str | None = None) -> None:
    file = HISTORIES / f"{name}.json"
    if file.exists():
        return
    history = await client.get_workflow_handle(workflow, run_id=run).fetch_history()
    recorded = json.loads(history.to_json())
    # A real server says it here; the time-skipping one does not.
    recorded["events"][0]["workflowExecutionStartedEventAttributes"]["workflowId"] = workflow
    file.write_text(json.dumps(recorded, separators=(",", ":")) + "\n")
