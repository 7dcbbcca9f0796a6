"""The people of a world: they read their mail, open links, and work in fireline like anybody.

They know what a person knows: what was mailed to them, and what fireline's API tells them. When
fireline does not answer they try again, because it may have been killed and be starting.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from threading import Event, Lock, Thread
from typing import Annotated, Any

import structlog
from pydantic import BaseModel, ConfigDict, Field, field_validator

from fireline.lab.acts import Desk, NotYetError, Surroundings, approve_waiting, perform, update_due
from fireline.lab.client import NotNowError, sign_in
from fireline.lab.clock import now, stamp
from fireline.lab.mailboxes import Mailboxes
from fireline.lab.scripts import SCRIPTS, Script, Step

__all__ = ["Crew", "Engagement", "Surroundings"]

_log = structlog.get_logger()

_TICK_SECONDS = 0.1
_DUTIES_EVERY_SECONDS = 0.3
# So many noes to one step, spread over ticks, and the people give up: a script is no siege.
_MOST_TRIES = 2_400


class Engagement(BaseModel):
    """Who is wanted, where, for which drill, and how fast time passes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_url: str
    drill: int
    tokens: Mapping[str, str]
    pace: Annotated[float, Field(gt=0, le=1000)] = 1.0
    script: str = "by-the-book"

    @field_validator("script")
    @classmethod
    def _script_is_known(cls, name: str) -> str:
        if name not in SCRIPTS:
            msg = f"no script {name!r}: there are {', '.join(sorted(SCRIPTS))}"
            raise ValueError(msg)
        return name


@dataclass(slots=True)
class Progress:
    """How far the script has come."""

    script: str
    done: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    current: str = ""
    last_no: str = ""
    finished: bool = False
    gave_up: bool = False


class Crew(Thread):
    """Carries out one script with one drill's people."""

    def __init__(
        self, engagement: Engagement, surroundings: Surroundings, mailboxes: Mailboxes
    ) -> None:
        super().__init__(name="lab-people", daemon=True)
        self._engagement = engagement
        self._script: Script = SCRIPTS[engagement.script]
        self._desk = Desk(
            base_url=engagement.base_url,
            drill=engagement.drill,
            apis={
                person: sign_in(engagement.base_url, token)
                for person, token in engagement.tokens.items()
            },
            mailboxes=mailboxes,
            surroundings=surroundings,
        )
        self._progress = Progress(engagement.script)
        self._waiting_since: dict[str, datetime] = {}
        self._stop = Event()
        self._lock = Lock()

    def run(self) -> None:
        """Work through the script, and keep up the duties beside it."""
        try:
            for step in self._script.steps:
                if not self._work_through(step):
                    return
            with self._lock:
                self._progress.finished = True
        except Exception:  # noqa: BLE001 - a thread's edge: said in the log and in the status
            _log.exception("lab.people_failed")
            with self._lock:
                self._progress.gave_up = True

    def stop(self) -> None:
        """Send everybody home."""
        self._stop.set()

    def report(self) -> dict[str, Any]:
        """Tell how far the script has come."""
        with self._lock:
            return asdict(self._progress)

    def _work_through(self, step: Step) -> bool:
        name = f"{step.who} {step.act.value} {step.details.get('to') or ''}".strip()
        due = now() + self._real(step.after_minutes)
        duties_due, tries = now(), 0
        with self._lock:
            self._progress.current = name
        while not self._stop.wait(_TICK_SECONDS):
            if now() >= duties_due:
                duties_due = now() + timedelta(seconds=_DUTIES_EVERY_SECONDS)
                self._duties()
            if now() < due:
                continue
            if self._try(step):
                with self._lock:
                    self._progress.done.append({"at": stamp(now()), "step": name})
                return True
            tries += 1
            if tries > _MOST_TRIES:
                break
        with self._lock:
            self._progress.gave_up = not self._stop.is_set()
        return False

    def _try(self, step: Step) -> bool:
        try:
            perform(self._desk, step)
        except (NotYetError, NotNowError) as no:
            with self._lock:
                self._progress.last_no = f"{step.act.value}: {no}"
            return False
        return True

    def _duties(self) -> None:
        script = self._script
        try:
            if script.approver:
                wait = self._real(script.approves_after_minutes)
                approve_waiting(self._desk, script.approver, self._waiting_since, wait)
            if script.reporter:
                margin = self._real(1)
                update_due(self._desk, script.reporter, script.update_every_minutes, margin)
        except (NotYetError, NotNowError) as no:
            with self._lock:
                self._progress.last_no = f"duty: {no}"

    def _real(self, minutes: float) -> timedelta:
        return timedelta(minutes=minutes / self._engagement.pace)
