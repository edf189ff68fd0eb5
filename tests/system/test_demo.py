"""`roust demo`, as `make demo` runs it in CI: nobody at the terminal."""

from pathlib import Path

from tests.system.processes import roust


async def test_the_demo_keeps_its_promises_and_ends_by_itself(log: Path) -> None:
    async with roust("demo", log=log, COLUMNS="80") as demo:
        await demo.says(r"^1  Somebody answers")
        await demo.says(r"Grace Hopper opens the link")
        await demo.says(r"Acknowledged by grace")
        await demo.says(r"To the support desk: “Update: Customers cannot pay”")
        await demo.says(r"^2  Nobody answers")
        await demo.says(r"Exhausted: 2 of 2 passes walked")
        await demo.says(r"Margaret Hamilton by mail")
        await demo.says(r"^3  It is over")
        await demo.says(r"checkout +2 +3 +3 +3 +4 +resolved, owner grace")
        await demo.says(r"search +1 +7 +4 +0 +2 +exhausted")
        await demo.says(r"mailer +1 +1 +1 +1 +0 +resolved")
        assert await demo.ends() == 0
    assert all(len(line.rstrip()) <= 80 for line in demo.said)
    assert demo.errors == ""
