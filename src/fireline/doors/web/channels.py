"""The ways messages leave by: which are set up, what each needs, and a test of one."""

from starlette.responses import Response

from fireline.core.access.roles import Permission
from fireline.core.values.refusals import Refusal
from fireline.doors.web.shell import FRESH, Again, Caller, page, render
from fireline.usecases import channels
from fireline.usecases.channels import Tried


async def ways_out(caller: Caller) -> Response:
    """Show every channel."""
    return _shown(caller)


async def try_out(caller: Caller) -> Response:
    """Send a test, and say on the same page what became of it."""
    typed = await caller.fields()
    name, address = typed.get("channel", ""), typed.get("address", "").strip()
    try:
        tried = await channels.try_out(
            caller.desk.transaction, caller.desk.channels, name, address, by=caller.principal.actor
        )
    except Refusal as refusal:
        return _shown(caller, again=Again("test", typed, refusal))
    return _shown(caller, again=Again("test", typed), tried=tried)


def _shown(caller: Caller, *, again: Again = FRESH, tried: Tried | None = None) -> Response:
    caller.reach(None)
    return render(
        caller,
        "channels.html",
        here="sources",
        status=again.status,
        channels=channels.list_channels(caller.desk.channels),
        again=again,
        tried=tried,
    )


ROUTES = (
    page("/channels", ways_out, Permission.SEE),
    page("/channels", try_out, Permission.CONFIGURE, methods=("POST",)),
)
