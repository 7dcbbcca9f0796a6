"""What must be true after every event: the auditor's questions, and the contract's."""

from datetime import datetime, timedelta

from fireline.core.escalation import ladder
from tests.simulation.rows import Rows

LATE = timedelta(seconds=60)


class WasBroken(AssertionError):  # noqa: N818 - what is said of a promise
    """A promise was broken."""


def check(rows: Rows, now: datetime, up_since: datetime | None) -> None:
    """Raise WasBroken when a promise is not kept. `up_since`: since when somebody could work."""
    _every_alert_is_told(rows)
    _every_page_has_an_end(rows)
    for wish in rows.waiting.values():
        if wish.due is None:
            raise WasBroken(f"message {wish.id.int} waits without a moment")
    if up_since is not None and up_since < now - LATE:
        _nothing_late(rows, now)


def check_arrival(prepared: datetime, ended: datetime | None, what: str) -> None:
    """Raise Broken when a message was begun after somebody had answered."""
    if ended is not None and prepared > ended:
        raise WasBroken(f"{what} was sent after the answer")


def _nothing_late(rows: Rows, now: datetime) -> None:
    for row in rows.moments():
        if row.at < now - LATE and row.is_free(now) and (row.lease or row.at) < now - LATE:
            raise WasBroken("something that is due is late")


def _every_alert_is_told(rows: Rows) -> None:
    for alert in rows.alerts.values():
        state, due = alert.ladder, alert.due
        if isinstance(state, ladder.Waiting):
            if due is None or due.at != state.due:
                raise WasBroken(f"the next step of alert {alert.number} has no moment")
        elif due is not None:
            raise WasBroken(f"alert {alert.number} rests and has a next step")
        elif alert.state == "firing" and not isinstance(state, ladder.Exhausted):
            raise WasBroken(f"alert {alert.number} fires and nobody is told of it")


def _every_page_has_an_end(rows: Rows) -> None:
    for page in rows.pages:
        if page.state == "wished" and not any(wish.id in rows.waiting for wish in page.wishes):
            raise WasBroken(f"page {page.id} has no end: nothing of it is still to be sent")
        if not page.wishes and page.state != "failed":
            raise WasBroken(f"page {page.id} is for an empty roster")
