"""A mail server and an ntfy server that have a bad day, in a process of their own.

Each changes its mind every few seconds, by a seed: it takes what it is given, slowly or at once;
refuses, for now or with a code that says to wait; hangs; or hangs up in the middle. What it has
taken, and said so, is written down by the link in the message, one line for each.

usage: python bench/_providers.py SEED FILE [--calm]
"""

import asyncio
import email
import email.policy
import random
import re
import sys
import time
from pathlib import Path

CALM = "calm"
MAIL_MOODS = (CALM, CALM, "slow", "busy", "shut", "hang", "broken")
HOOK_MOODS = (CALM, CALM, "slow", "busy", "shut", "hang", "broken", "patience")
MOOD_SECONDS = 5.0
HANG_SECONDS = 12.0


class Provider:
    """What both have: a mood, and a book."""

    def __init__(self, moods: tuple[str, ...], seed: int, book: Path, kind: str) -> None:
        self._moods, self._seed, self._kind = moods, seed, kind
        self._book = book.open("a", buffering=1)
        self._calm_file = book.with_suffix(".calm")

    @property
    def mood(self) -> str:
        if self._calm_file.exists():
            return CALM
        turn = int(time.monotonic() / MOOD_SECONDS)
        return random.Random(f"{self._seed}{self._kind}{turn}").choice(self._moods)  # noqa: S311 - moods

    def took(self, text: str) -> None:
        """Write down which message was taken: by its link, which each attempt has of its own."""
        found = re.search(r"/acknowledge/([A-Za-z0-9_-]+)", text)
        self._book.write(f"{self._kind} {found[1] if found else '?'}\n")


class Mail(Provider):
    """As much SMTP as a client needs."""

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._talk(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        mood = self.mood
        if mood == "shut":
            writer.write(b"421 4.3.2 Not now\r\n")
            return
        writer.write(b"220 bench\r\n")
        while line := await reader.readline():
            verb = line[:4].upper()
            if verb == b"QUIT":
                writer.write(b"221 bye\r\n")
                return
            if verb == b"RCPT" and mood == "busy":
                writer.write(b"451 4.3.0 Later\r\n")
            elif verb == b"DATA":
                await self._letter(reader, writer, mood)
            else:
                writer.write(b"250 bench\r\n")

    async def _letter(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, mood: str
    ) -> None:
        writer.write(b"354 go on\r\n")
        lines: list[bytes] = []
        while (line := await reader.readline()) not in (b".\r\n", b""):
            lines.append(line)
        if mood == "broken":
            writer.write(b"554 5.3.0 Broken\r\n" if time.monotonic() % 2 < 0.05 else b"450 Oh\r\n")
            return
        if mood in {"slow", "hang"}:
            await asyncio.sleep(1.0 if mood == "slow" else HANG_SECONDS)
            if mood == "hang":
                return
        writer.write(b"250 kept\r\n")
        await writer.drain()
        letter = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
        self.took(letter.get_content())


class Hook(Provider):
    """As much HTTP as publishing to a topic needs."""

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
            said = await reader.readexactly(int(length[1]) if length else 0)
            await self._answer(writer, said.decode())
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(self, writer: asyncio.StreamWriter, text: str) -> None:
        mood, said, more = self.mood, b"200 OK", b""
        if mood == "shut":
            return
        if mood in {"slow", "hang"}:
            await asyncio.sleep(1.0 if mood == "slow" else HANG_SECONDS)
        elif mood == "busy":
            said = b"503 Later"
        elif mood == "broken":
            said = b"500 Oh"
        elif mood == "patience":
            said, more = b"429 Slowly", b"Retry-After: 86400\r\n"
        writer.write(b"HTTP/1.1 " + said + b"\r\nContent-Length: 2\r\n" + more + b"\r\n{}")
        await writer.drain()
        if said.startswith(b"200") and mood != "hang":
            self.took(text)


async def main() -> None:
    seed, book = int(sys.argv[1]), Path(sys.argv[2])
    mail = Mail(MAIL_MOODS, seed, book, "mail")
    hook = Hook(HOOK_MOODS, seed, book, "hook")
    servers = [
        await asyncio.start_server(one.take, "127.0.0.1", 0, backlog=1024) for one in (mail, hook)
    ]
    print(*(server.sockets[0].getsockname()[1] for server in servers), flush=True)
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    asyncio.run(main())
