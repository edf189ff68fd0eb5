"""An SMTP protocol that answers each command as it is told."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiosmtpd.smtp import SMTP

CUT, SILENCE = "cut", "silence"
"""Instead of an answer: the end of the connection, nothing at all."""
GREETING = "greeting"


class ScriptedSMTP(SMTP):
    """`script`: what is answered, by command (RCPT and the mail's end are the handler's own)."""

    def __init__(self, script: Mapping[str, str], *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._script = script
        self._greeted = False

    async def push(self, status: str | bytes) -> None:
        # The first that it says of its own accord.
        if not self._greeted:
            self._greeted = True
            told = self._script.get(GREETING, status)
            if await self.ended(told):
                return
            status = told
        await super().push(status)

    async def ended(self, told: str | bytes) -> bool:
        """Whether it says nothing to that: it hangs up, or waits for ever."""
        if told == SILENCE:
            await asyncio.Event().wait()
        if told == CUT and isinstance(self.transport, asyncio.Transport):
            self.transport.abort()
        return told == CUT

    async def _answer(self, command: str, usual: Callable[[str], Awaitable[None]], arg: str) -> None:
        told = self._script.get(command)
        if told is None:
            await usual(arg)
        elif not await self.ended(told):
            await self.push(told)

    async def smtp_EHLO(self, arg: str) -> None:
        await self._answer("EHLO", super().smtp_EHLO, arg)

    async def smtp_HELO(self, arg: str) -> None:
        await self._answer("EHLO", super().smtp_HELO, arg)

    async def smtp_STARTTLS(self, arg: str) -> None:
        await self._answer("STARTTLS", super().smtp_STARTTLS, arg)

    async def smtp_AUTH(self, arg: str) -> None:
        await self._answer("AUTH", super().smtp_AUTH, arg)

    async def smtp_MAIL(self, arg: str) -> None:
        await self._answer("MAIL", super().smtp_MAIL, arg)

    async def smtp_DATA(self, arg: str) -> None:
        await self._answer("DATA", super().smtp_DATA, arg)
