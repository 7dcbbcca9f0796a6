"""What the lab's people saw: the outcome of every call, by who made it."""

from collections import deque
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from fireline.lab.clients import SUCCEEDED
from fireline.lab.clock import now, stamp

_KEPT_LINES = 500


@dataclass(slots=True)
class Account:
    """One caller's calls so far."""

    calls: int = 0
    succeeded: int = 0
    last_call: str = ""
    last_outcome: str = ""
    last_at: str = ""
    last_success_at: str = ""
    access_key: str = ""


@dataclass(slots=True)
class Ledger:
    """Counts and last outcomes by name, and the latest lines."""

    _accounts: dict[str, Account] = field(default_factory=dict[str, Account])
    _lines: deque[dict[str, str]] = field(
        default_factory=lambda: deque[dict[str, str]](maxlen=_KEPT_LINES)
    )
    _lock: Lock = field(default_factory=Lock)

    def note(self, name: str, call: str, outcome: str, *, access_key: str = "") -> None:
        """Write down one call."""
        at = stamp(now())
        with self._lock:
            account = self._accounts.setdefault(name, Account())
            account.calls += 1
            account.last_call, account.last_outcome, account.last_at = call, outcome, at
            account.access_key = access_key
            if outcome == SUCCEEDED:
                account.succeeded += 1
                account.last_success_at = at
            self._lines.append({"at": at, "by": name, "call": call, "outcome": outcome})

    def accounts(self) -> dict[str, Any]:
        """Tell each caller's counts and last outcome."""
        names = Account.__slots__
        with self._lock:
            return {
                who: {name: getattr(account, name) for name in names}
                for who, account in self._accounts.items()
            }

    def lines(self) -> list[dict[str, str]]:
        """List the latest calls, oldest first."""
        with self._lock:
            return list(self._lines)
