"""What people ask for in a chat: who has the pager, to take it, to be stood in for.

A line of words, as people type it after a command: `who platform`, `take platform until 18:00`,
`cover platform`, `accept 3`. Anything else is no request, because a guess would move a pager.
"""

import re
from dataclasses import dataclass
from datetime import time

MAX_READ = 200
HELP = (
    "who [SCHEDULE] · take SCHEDULE [until HH:MM] · cover SCHEDULE [until HH:MM] · requests ·"
    " accept N · decline N · ack N · resolve N · escalate N"
)


@dataclass(frozen=True, slots=True)
class Who:
    """Who has the pager; of all schedules when none is named."""

    schedule: str = ""


@dataclass(frozen=True, slots=True)
class Take:
    """Give me the pager, to the end of the shift or until a time on my clock."""

    schedule: str
    until: time | None = None


@dataclass(frozen=True, slots=True)
class Cover:
    """Somebody take my running shift, to its end or until a time on my clock."""

    schedule: str
    until: time | None = None


@dataclass(frozen=True, slots=True)
class Requests:
    """Which requests wait for somebody."""


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer to the request of this number."""

    number: int
    accepted: bool


Asked = Who | Take | Cover | Requests | Answered

_WHO = re.compile(r"(?:who|on ?call)(?: (?P<schedule>[a-z0-9-]{1,64}))?")
_MOVE = re.compile(
    r"(?P<verb>take|cover) (?P<schedule>[a-z0-9-]{1,64})"
    r"(?: until (?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d))?"
)
_ANSWER = re.compile(r"(?P<verb>accept|decline) #?(?P<number>\d{1,9})")


def read_request(text: str) -> Asked | None:
    """Return what a line asks for; `None` when that is not clear."""
    if len(text) > MAX_READ:
        return None
    said = " ".join(text.lower().split())
    if said == "requests":
        return Requests()
    if found := _WHO.fullmatch(said):
        return Who(found["schedule"] or "")
    if found := _ANSWER.fullmatch(said):
        return Answered(int(found["number"]), accepted=found["verb"] == "accept")
    found = _MOVE.fullmatch(said)
    if found is None:
        return None
    until = time(int(found["hour"]), int(found["minute"])) if found["hour"] else None
    return (Take if found["verb"] == "take" else Cover)(found["schedule"], until)
