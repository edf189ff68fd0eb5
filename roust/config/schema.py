"""The JSON Schema of a configuration file, for editors: `python -m roust.config.schema` prints it."""

import json
from typing import Any

from roust.domain.directory import Directory


def schema() -> dict[str, Any]:
    """The schema of one file, made from the models; `roust.schema.json` is this, committed."""
    made = Directory.model_json_schema(by_alias=True, mode="validation")
    made["title"] = "roust.yaml"
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}


def schema_text() -> str:
    """The schema as the committed file holds it."""
    return json.dumps(schema(), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    print(schema_text(), end="")
