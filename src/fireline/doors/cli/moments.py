"""Moments and lengths of time as people type them."""

from datetime import datetime, timedelta
from typing import Any

import typer

from fireline.core.plan.lengths import length_from


def aware(text: str | datetime) -> datetime:
    """Read a moment; one without a zone is in this machine's."""
    try:
        found = text if isinstance(text, datetime) else datetime.fromisoformat(text)
    except ValueError:
        msg = f"{text!r} is not a moment such as 2026-12-24T03:00Z"
        raise typer.BadParameter(msg) from None
    return found if found.tzinfo else found.astimezone()


def length(text: str | timedelta) -> timedelta:
    """Read a length of time; a bare 0 is none at all."""
    if text == "0":
        return timedelta()
    try:
        return text if isinstance(text, timedelta) else length_from(text)
    except ValueError as wrong:
        raise typer.BadParameter(str(wrong)) from None


def Moment(*names: str, help: str) -> Any:  # noqa: A002, N802 - reads like typer's own Option
    """Make an option that reads a moment."""
    return typer.Option(*names, metavar="TIME", parser=aware, help=help)


def Length(*names: str, help: str) -> Any:  # noqa: A002, N802 - reads like typer's own Option
    """Make an option that reads a length of time such as 2h."""
    return typer.Option(*names, metavar="LENGTH", parser=length, help=help)
