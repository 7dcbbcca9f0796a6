"""A notice as Slack's blocks: https://docs.slack.dev/reference/block-kit/blocks."""

from fireline.core.values.json import JsonObject
from fireline.wire.notices import Notice, clipped

MAX_HEADER = 150
MAX_SECTION = 2_900
MAX_LINK = 3_000


def blocks(notice: Notice) -> list[JsonObject]:
    """Return the blocks of a notice: headline, text, whose it is, and a button with the link."""
    found: list[JsonObject] = [
        {
            "type": "header",
            "text": {"type": "plain_text", "text": clipped(notice.title, MAX_HEADER)},
        }
    ]
    text = clipped("\n".join(_lines(notice)), MAX_SECTION)
    if text:
        # Plain, not mrkdwn: a title must not be able to mention everybody, or link elsewhere.
        found.append({"type": "section", "text": {"type": "plain_text", "text": text}})
    if notice.link and len(notice.link) <= MAX_LINK:
        found.append({"type": "actions", "elements": [_button(notice.link)]})
    return found


def _lines(notice: Notice) -> list[str]:
    drill = ["This is a drill: nothing real is at stake."] if notice.drill else []
    named = [("Owner", notice.owner), ("Runbook", notice.runbook), ("Why you", notice.reason)]
    return [*drill, notice.text, *(f"{name}: {said}" for name, said in named if said)]


def _button(link: str) -> JsonObject:
    return {
        "type": "button",
        "style": "primary",
        "text": {"type": "plain_text", "text": "Acknowledge"},
        "url": link,
        "action_id": "acknowledge",
    }
