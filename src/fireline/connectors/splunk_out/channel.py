"""Pass an alert on by the REST endpoint of Splunk On-Call (VictorOps).

https://help.splunk.com/en/splunk-on-call (REST endpoint integration guide). The address names the
key and the route, so all of it is a secret.
"""

import orjson

from fireline.core.values.json import JsonObject
from fireline.core.values.priority import Priority
from fireline.ports.channel import Description, Form, Message, Outcome, Refused
from fireline.wire.caller import Answer, Caller, Request
from fireline.wire.notices import Notice, clipped, notice_in
from fireline.wire.verdict import verdict

DESCRIPTION = Description(
    name="splunk",
    title="Splunk On-Call",
    form=Form.NOTICE,
    address_words="the REST endpoint's address with its key and routing key; it is a secret",
    example="https://alert.victorops.com/integrations/generic/20131114/alert/KEY/ROUTE",
    address_pattern=r"https?://[^\s@]+",
    answers=False,
    receipts=True,
)
MAX_TITLE = 500
MAX_TEXT = 20_000
# Answered here ends it there. Acknowledged there, it would not ring when we page again.
_OVER = frozenset({"acknowledged", "resolved"})


class SplunkChannel:
    """Opens incidents there, one for each alert. `origin` tells those of two firelines apart."""

    name = "splunk"

    def __init__(self, caller: Caller, *, origin: str = "fireline") -> None:
        self._caller = caller
        self._origin = origin

    async def send(self, message: Message) -> Outcome:
        """Try once."""
        body = orjson.dumps(_alert(message, notice_in(message), self._origin))
        headers = {"Content-Type": "application/json"}
        heard = await self._caller.call(Request(message.to, body, headers))
        if not isinstance(heard, Answer):
            return heard
        said = heard.said()
        if heard.ok and said.get("result") == "failure":
            return Refused("Splunk On-Call answered failure")
        entity = said.get("entity_id")
        return verdict(heard, message.at, receipt=entity if isinstance(entity, str) else "")


def _alert(message: Message, notice: Notice, origin: str) -> JsonObject:
    about = f"alert {notice.alert}" if notice.alert is not None else message.key
    urgent = "CRITICAL" if notice.is_urgent else "WARNING"
    kind = urgent if notice.priority <= Priority.P3 else "INFO"
    return {
        "message_type": "RECOVERY" if notice.kind in _OVER else kind,
        "entity_id": f"{origin} {about}",
        "entity_display_name": clipped(notice.title, MAX_TITLE),
        "state_message": clipped(notice.text or notice.title, MAX_TEXT),
        "state_start_time": int(message.at.timestamp()),
        "monitoring_tool": "fireline",
        "alert_url": notice.link,
        "owner": notice.owner,
        "drill": notice.drill,
    }
