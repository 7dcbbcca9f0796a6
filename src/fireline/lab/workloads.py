"""The legitimate programs that go on working while everything else happens."""

from threading import Event, Thread

import structlog

from fireline.lab.clients import Caller, Credentials, Place
from fireline.lab.ledger import Ledger
from fireline.lab.world import Workload

_log = structlog.get_logger()


class Worker(Thread):
    """Runs one workload from the moment the world exists until the lab ends."""

    def __init__(
        self, workload: Workload, credentials: Credentials, place: Place, ledger: Ledger
    ) -> None:
        super().__init__(name=f"lab-{workload.name}", daemon=True)
        self._workload, self._ledger = workload, ledger
        self._caller = Caller(place, credentials, workload.origin)
        self._stop = Event()

    def run(self) -> None:
        """Make the calls, again and again."""
        try:
            while True:
                for call in self._workload.calls:
                    outcome, _ = self._caller.make(call)
                    key = self._caller.access_key
                    self._ledger.note(self._workload.name, call.name, outcome, access_key=key)
                if self._stop.wait(self._workload.every_seconds):
                    return
        except Exception:  # noqa: BLE001 - a thread's edge: said in the log, and the lab goes on
            _log.exception("lab.workload_failed", workload=self._workload.name)

    def stop(self) -> None:
        """End the work."""
        self._stop.set()
