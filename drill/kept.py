"""A drill's record as files: the ledger as the provider wrote it, and one JSON of all else that is judged."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from drill.ledger import read
from drill.record import Accepted, Edit, Fault, Policy, Record, Word

LEDGER, RECORD = "ledger.jsonl", "record.json"


def keep(record: Record, folder: Path, **around: Any) -> None:
    """Write what was asked, answered and killed beside the ledger; `around`: seed, machine, load."""
    whole = {
        "around": around,
        "policy": asdict(record.policy),
        "over_at": record.over_at,
        "faults": [asdict(fault) for fault in record.faults],
        "alerts": [asdict(alert) | {"ids": sorted(alert.ids)} for alert in record.alerts],
        "leaks": record.leaks,
        "edits": [asdict(edit) for edit in record.edits],
        "moved": [asdict(alert) | {"ids": sorted(alert.ids)} for alert in record.moved],
    }
    (folder / RECORD).write_text(json.dumps(whole, indent=1))


def kept(folder: Path) -> tuple[Record, dict[str, Any]]:
    """The record that a drill left in `folder`, its ledger read anew; and what was around it."""
    whole = json.loads((folder / RECORD).read_text())
    policy = whole["policy"]
    record = Record(
        Policy(
            steps=[(users, wait) for users, wait in policy["steps"]],
            passes=policy["passes"],
            rules={user: [(after, contact) for after, contact in rules] for user, rules in policy["rules"].items()},
            last_resort=policy["last_resort"],
        ),
        alerts=[_accepted(alert) for alert in whole["alerts"]],
        receipts=read(folder / LEDGER),
        faults=[Fault(**fault) for fault in whole["faults"]],
        over_at=whole["over_at"],
        leaks=whole["leaks"],
        # Records of before there were edits have none.
        edits=[Edit(**edit) for edit in whole.get("edits", ())],
        moved=[_accepted(alert) for alert in whole.get("moved", ())],
    )
    return record, whole["around"]


def _accepted(alert: dict[str, Any]) -> Accepted:
    return Accepted(**alert | {"ids": set(alert["ids"]), "words": [Word(**word) for word in alert["words"]]})
