"""The committed JSON Schema: equal to the models, and true of the examples."""

import json
from pathlib import Path

import jsonschema
import pytest

from roust.config import sources
from roust.config.schema import schema_text
from tests.config.files import GOOD

ROOT = Path(__file__).parents[2]
COMMITTED = ROOT / "roust.schema.json"


class _Anything(dict[str, str]):
    """An environment in which every name is set."""

    def __missing__(self, name: str) -> str:
        return "0" * 64

    def get(self, name: str, default: str | None = None) -> str | None:  # type: ignore[override]
        return self[name]


def test_the_committed_schema_is_what_the_models_say() -> None:
    assert COMMITTED.read_text() == schema_text(), "run: make schema"


@pytest.mark.parametrize("name", sorted(path.parent.name for path in (ROOT / "examples").glob("*/roust.yaml")))
def test_the_examples_fit_the_schema(name: str) -> None:
    document = sources.read([ROOT / "examples" / name / "roust.yaml"], _Anything()).root.plain()
    jsonschema.Draft202012Validator.check_schema(json.loads(COMMITTED.read_text()))
    jsonschema.validate(document, json.loads(COMMITTED.read_text()))


@pytest.mark.parametrize("spoilt", [("5m", "5"), ("users:", "usres:"), ("{user: ada}]", "{usr: ada}]")])
def test_the_schema_refuses_what_the_check_refuses(spoilt: tuple[str, str], tmp_path: Path) -> None:
    file = tmp_path / "roust.yaml"
    file.write_text(GOOD.replace(*spoilt))
    document = sources.read([file], _Anything()).root.plain()
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, json.loads(COMMITTED.read_text()))
