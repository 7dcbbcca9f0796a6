"""Post an adaptive card to a Teams workflow, whose address is the secret that lets one post.

The shape is what the workflow "when a Teams webhook request is received" takes:
https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using.
Teams answers 202 when the workflow has begun; what it does then, it does not tell.
"""

import orjson

from fireline.core.values.json import JsonObject
from fireline.ports.channel import Description, Form, Message, Outcome
from fireline.wire.caller import Answer, Caller, Request
from fireline.wire.notices import Notice, clipped, notice_in
from fireline.wire.verdict import verdict

DESCRIPTION = Description(
    name="teams",
    title="Microsoft Teams",
    form=Form.NOTICE,
    address_words="the address of a workflow that posts to a person or a channel; it is a secret",
    example="https://prod-12.westeurope.logic.azure.com/workflows/abc/triggers/manual/paths/invoke",
    address_pattern=r"https?://[^\s@]+",
    answers=True,
    receipts=True,
)
MAX_TITLE = 500
# A card may have 28 kB in all; letters may take four bytes.
MAX_TEXT = 4_000
_CARD = "application/vnd.microsoft.card.adaptive"


class TeamsChannel:
    """Sends cards with a button that opens the acknowledge page."""

    name = "teams"

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def send(self, message: Message) -> Outcome:
        """Try once."""
        notice = notice_in(message)
        attached = {"contentType": _CARD, "contentUrl": None, "content": _card(notice)}
        body = orjson.dumps({"type": "message", "attachments": [attached]})
        headers = {"Content-Type": "application/json"}
        heard = await self._caller.call(Request(message.to, body, headers))
        if not isinstance(heard, Answer):
            return heard
        run = heard.headers.get("x-ms-workflow-run-id", "")
        return verdict(heard, message.at, receipt=run)


def _card(notice: Notice) -> JsonObject:
    drill = [_line("This is a drill: nothing real is at stake.")] if notice.drill else []
    facts = [("Owner", notice.owner), ("Runbook", notice.runbook), ("Why you", notice.reason)]
    listed = [{"title": name, "value": clipped(said, MAX_TITLE)} for name, said in facts if said]
    actions = [{"type": "Action.OpenUrl", "title": "Acknowledge", "url": notice.link}]
    colour = "Attention" if notice.is_urgent else "Default"
    return {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.4",
        "body": [
            _line(clipped(notice.title, MAX_TITLE), weight="Bolder", size="Medium", color=colour),
            *drill,
            *([_line(clipped(notice.text, MAX_TEXT))] if notice.text else []),
            *([{"type": "FactSet", "facts": listed}] if listed else []),
        ],
        "actions": actions if notice.link else [],
    }


def _line(text: str, **looks: str) -> JsonObject:
    # A text run shows what it is given; a text block would read it as Markdown, links and all.
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **looks}]}
