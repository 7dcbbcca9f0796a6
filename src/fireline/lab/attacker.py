"""The attacker: uses a leaked key, takes more credentials, and keeps trying all of them."""

from collections.abc import Mapping
from threading import Event, Thread
from typing import Any

import structlog

from fireline.lab.clients import SUCCEEDED, Caller, Credentials, Place
from fireline.lab.ledger import Ledger
from fireline.lab.world import Attack, AttackStep

_log = structlog.get_logger()


class Attacker(Thread):
    """Carries out an attack once, then persists until the lab ends."""

    def __init__(self, attack: Attack, leaked: Credentials, place: Place, ledger: Ledger) -> None:
        super().__init__(name="lab-attacker", daemon=True)
        self._attack, self._place, self._ledger = attack, place, ledger
        self._purse = {"leaked": Caller(place, leaked, attack.origin)}
        self._stop = Event()
        self.done = False

    def run(self) -> None:
        """Attack, then persist."""
        try:
            for step in self._attack.steps:
                if self._stop.wait(step.after_seconds):
                    return
                self._take(step)
            self.done = True
            while not self._stop.wait(self._attack.persists_every_seconds):
                for step in self._attack.persists:
                    self._take(step)
        except Exception:  # noqa: BLE001 - a thread's edge: said in the log, and the lab goes on
            _log.exception("lab.attacker_failed")

    def stop(self) -> None:
        """Give up."""
        self._stop.set()

    def _take(self, step: AttackStep) -> None:
        caller = self._purse.get(step.credential)
        if caller is None:
            self._ledger.note(step.credential, step.name, "no such credential")
            return
        outcome, answer = caller.make(step)
        self._ledger.note(step.credential, step.name, outcome, access_key=caller.access_key)
        if step.keeps and outcome == SUCCEEDED:
            taken = Caller(self._place, credentials_in(answer), self._attack.origin)
            self._purse[step.keeps] = taken


def credentials_in(answer: Mapping[str, Any]) -> Credentials:
    """Find the credentials in an answer of IAM or STS."""
    given = answer.get("AccessKey") or answer["Credentials"]
    return Credentials(given["AccessKeyId"], given["SecretAccessKey"], given.get("SessionToken"))
