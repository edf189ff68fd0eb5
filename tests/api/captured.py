"""What real sources sent, as it was captured."""

import json
from pathlib import Path
from typing import Any

CAPTURES = Path(__file__).parent.parent / "captures"


def requests_of(name: str) -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = json.loads((CAPTURES / f"{name}.json").read_text())
    return loaded
