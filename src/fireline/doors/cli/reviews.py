"""`fireline incident review`: what was learned, and closing the loop."""

from collections.abc import Iterator
from typing import Any

import typer

from fireline.doors.cli.client import Client
from fireline.doors.cli.numbers import IncidentNumber
from fireline.doors.cli.terminal import AsJson, moment, say, say_section, show, words

review_app = typer.Typer(no_args_is_help=True, help="What was learned from an incident.")

_PROSE = ("summary", "impact", "detection")
_LISTS = ("whys", "factors", "went_well", "surprises", "questions", "insights")


@review_app.command("show")
def show_review(incident: IncidentNumber, *, as_json: AsJson = False) -> None:
    """Show a review, what it lacks, and what the facts already say."""
    show(Client.from_environment().get(f"incidents/{incident}/review"), _draw, as_json=as_json)


@review_app.command("close")
def close_review(incident: IncidentNumber, *, as_json: AsJson = False) -> None:
    """Close a review that lacks nothing."""
    closed = Client.from_environment().post(f"incidents/{incident}/review/close")
    show(closed, lambda one: say(f"The review of INC-{one['number']} is closed."), as_json=as_json)


def _draw(review: Any) -> None:
    say(f"Review of INC-{review['number']}  {review['title']}  {review['state']}")
    if review["saved_at"]:
        say(f"Saved {moment(review['saved_at'])} by {review['saved_by']}.")
    say_section("It lacks", (one["text"] for one in review["missing"]))
    draft = review["draft"]
    for name in _PROSE:
        say_section(_title(name), [draft[name]] if draft[name] else [])
    for name in _LISTS:
        say_section(
            _title(name), (f"{place}. {one}" for place, one in enumerate(draft[name], start=1))
        )
    say_section("Follow-ups", _follow_ups(draft))


def _follow_ups(draft: Any) -> Iterator[str]:
    for one in draft["follow_ups"]:
        who, when = one["owner"] or "nobody", one["due"] or "no date"
        yield f"{words(one['kind'])}: {one['text']} ({who}, {when})"


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()
