# Each target sets itself up: Python 3.11+ and make are all it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready

.PHONY: setup demo test check format bench profile drill mutants soak fuzz schema clean

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Roust needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Say which with: make PYTHON=python3.12 ...")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Setting up $(VENV): a minute or two the first time."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[local,dev]'
	@touch $(STAMP)

demo: setup
	@$(BIN)/roust demo

test: setup
	@$(BIN)/python -m pytest --numprocesses auto --dist loadfile

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup
	@ONLY='$(ONLY)' $(BIN)/python -m bench

profile: setup
	@$(BIN)/python -m bench.profile

drill: setup
	@FAULTS='$(FAULTS)' SEED='$(SEED)' $(BIN)/python -m drill

soak: setup
	@MINUTES='$(MINUTES)' SEED='$(SEED)' $(BIN)/python -m drill.soak

mutants: setup
	@$(BIN)/python -m drill.mutants

fuzz: setup
	@FUZZ_EXAMPLES='$(or $(N),2000)' $(BIN)/python -m pytest tests/api/test_fuzz.py tests/api/test_openapi.py tests/api/test_hostile_input.py --timeout 0 --show-capture no

schema: setup
	$(BIN)/python -m roust.config.schema > roust.schema.json

clean:
	rm -rf $(VENV) .pytest_cache .hypothesis .ruff_cache .mypy_cache .import_linter_cache
