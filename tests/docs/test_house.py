"""What CONTRIBUTING says of the modules is so."""

import ast

from tests.docs.pages import ROOT

ROOMS = ("roust", "workflows", "activities", "api", "worker", "bench", "drill")
LONGEST = 350
MODULES = sorted(file for room in ROOMS for file in (ROOT / room).rglob("*.py"))


def test_no_module_is_longer_than_one_idea_takes() -> None:
    long = {str(file.relative_to(ROOT)): len(file.read_text(encoding="utf-8").splitlines()) for file in MODULES}
    assert {name: lines for name, lines in long.items() if lines > LONGEST} == {}


def test_every_module_says_its_idea_in_its_first_words_and_a_package_says_nothing_else() -> None:
    parsed = {file: ast.parse(file.read_text(encoding="utf-8")) for file in MODULES}
    assert [str(file) for file, module in parsed.items() if not ast.get_docstring(module)] == []
    assert [str(file) for file, module in parsed.items() if file.name == "__init__.py" and len(module.body) > 1] == []
