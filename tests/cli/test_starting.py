"""`roust --help` starts quickly: what a command needs is loaded by that command."""

import subprocess
import sys

HEAVY = {"temporalio", "fastapi", "httpx2", "rich", "uvicorn", "pydantic", "yaml"}


def test_the_command_line_loads_nothing_heavy_before_a_command_runs() -> None:
    program = "import sys, roust.cli.main; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not HEAVY & set(done.stdout.split())


def test_help_names_every_command() -> None:
    done = subprocess.run([sys.executable, "-m", "roust", "--help"], capture_output=True, text=True, check=True)
    for command in (
        "trigger",
        "ack",
        "resolve",
        "alerts",
        "show",
        "check",
        "policies",
        "on-call",
        "shifts",
        "rehearse",
    ):
        assert f"\n  {command} " in done.stdout
