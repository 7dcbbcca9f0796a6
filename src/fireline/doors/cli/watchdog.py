"""`fireline watchdog`: watch another fireline from outside, by paging through it."""

from collections.abc import Callable
from typing import Annotated

import typer

Watchdog = Callable[[bool], int]


def build_watchdog(watchdog: Watchdog) -> Callable[..., None]:
    """Return the command; what it does is handed in."""

    def command(
        *,
        once: Annotated[
            bool, typer.Option("--once", help="One round, and end with how it went.")
        ] = False,
    ) -> None:
        """Raise a canary alert now and then, expect its page, and tell you when it does not come.

        Runs beside fireline, not in it, and reads FIRELINE_WATCHDOG_ variables of its own. Ends
        with 1 when the canary did not get through and you were told, with 3 when you could not be.
        """
        code = watchdog(once)
        if code:
            raise typer.Exit(code)

    return command
