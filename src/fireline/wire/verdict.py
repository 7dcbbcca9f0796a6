"""What an answer by HTTP means for a message, where a vendor says nothing else."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from fireline.ports.channel import Delivered, Outcome, Refused, TryAgain
from fireline.wire.caller import Answer

LONGEST_RECEIPT = 200
_LONGEST_ASKED_SECONDS = 86_400
_TRY_LATER = frozenset(
    {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
)


def verdict(answer: Answer, at: datetime, *, receipt: str = "", because: str = "") -> Outcome:
    """Return what became of a message by the status of its answer.

    `receipt` is the other side's name for the message; `because` what it says went wrong.
    """
    why = f"answered {answer.status}" + (f": {because}" if because else "")
    if answer.ok:
        return Delivered((receipt or why)[:LONGEST_RECEIPT])
    if answer.status >= 500 or answer.status in _TRY_LATER:
        return TryAgain(why, asked_wait(answer.headers, at))
    if 300 <= answer.status < 400:
        return Refused(f"{why}: redirects are not followed; put the final address in the plan")
    return Refused(why)


def asked_wait(headers: Mapping[str, str], at: datetime) -> timedelta | None:
    """Read how long the other side asks to be left alone (`Retry-After`): seconds, or a date."""
    retry_after = headers.get("retry-after", "").strip()
    if retry_after.isascii() and retry_after.isdecimal():
        return timedelta(seconds=min(int(retry_after[:9]), _LONGEST_ASKED_SECONDS))
    try:
        moment = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(aware - at, timedelta())
