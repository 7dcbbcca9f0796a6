"""Pass an alert on by PagerDuty's Events API, version 2.

https://developer.pagerduty.com/docs/send-alert-event. All pages about one alert have one
`dedup_key`, so PagerDuty opens one alert for them, and a retry repeats nothing.
"""

from datetime import UTC

import orjson

from fireline.core.values.json import JsonObject
from fireline.core.values.priority import Priority
from fireline.ports.channel import Description, Form, Message, Outcome
from fireline.wire.caller import Answer, Caller, Request
from fireline.wire.notices import Notice, clipped, notice_in
from fireline.wire.verdict import verdict

URL = "https://events.pagerduty.com"
DESCRIPTION = Description(
    name="pagerduty",
    title="PagerDuty",
    form=Form.NOTICE,
    address_words="the integration key of a service (Events API v2); it is a secret",
    example="0123456789abcdef0123456789abcdef",
    address_pattern=r"[A-Za-z0-9]{32}",
    answers=False,
    receipts=True,
)
MAX_SUMMARY = 1_024
MAX_KEY = 255
MAX_DETAIL = 20_000
_SEVERITY = {
    Priority.P1: "critical",
    Priority.P2: "error",
    Priority.P3: "warning",
    Priority.P4: "info",
    Priority.P5: "info",
}
# Answered here ends it there. Acknowledged there, it would not ring when we page again.
_OVER = frozenset({"acknowledged", "resolved"})


class PagerDutyChannel:
    """Opens alerts there. `origin` tells the alerts of two firelines apart."""

    name = "pagerduty"

    def __init__(self, caller: Caller, *, url: str = URL, origin: str = "fireline") -> None:
        self._caller = caller
        self._url = f"{url.rstrip('/')}/v2/enqueue"
        self._origin = origin

    async def send(self, message: Message) -> Outcome:
        """Try once."""
        body = orjson.dumps(_event(message, notice_in(message), self._origin))
        headers = {"Content-Type": "application/json"}
        heard = await self._caller.call(Request(self._url, body, headers))
        if not isinstance(heard, Answer):
            return heard
        said = heard.said()
        key, status = said.get("dedup_key"), said.get("status")
        # The errors themselves may repeat what was sent, and with it the key of the service.
        because = "invalid event" if status == "invalid event" else ""
        receipt = key if isinstance(key, str) else ""
        return verdict(heard, message.at, receipt=receipt, because=because)


def _event(message: Message, notice: Notice, origin: str) -> JsonObject:
    about = f"alert {notice.alert}" if notice.alert is not None else message.key
    links = [{"href": notice.link, "text": "Acknowledge in fireline"}] if notice.link else []
    return {
        "routing_key": message.to,
        "event_action": "resolve" if notice.kind in _OVER else "trigger",
        "dedup_key": clipped(f"{origin} {about}", MAX_KEY),
        "client": "fireline",
        "links": links,
        "payload": {
            "summary": clipped(notice.title, MAX_SUMMARY),
            "source": origin,
            "severity": _SEVERITY[notice.priority],
            "timestamp": message.at.astimezone(UTC).isoformat(timespec="milliseconds"),
            "custom_details": {
                "text": clipped(notice.text, MAX_DETAIL),
                "owner": notice.owner,
                "runbook": notice.runbook,
                "drill": notice.drill,
            },
        },
    }
