"""`fireline audit`: say whether every promise about paging is kept."""

from typing import Any

import typer

from fireline.doors.cli.client import FAILED, Client
from fireline.doors.cli.terminal import AsJson, moment, remark, say, say_section, show


def audit(*, as_json: AsJson = False) -> None:
    """Say what the auditor found in its last look. Ends with 1 when a promise is broken.

    It looks each minute. A look of long ago counts as broken, too: nobody is looking.
    """
    found = Client.from_environment().get("audit")
    show(found, _draw, as_json=as_json)
    if not found["well"]:
        why = "promises are broken" if not found["passed"] else "the last look is too long ago"
        remark(f"Fireline is not well: {why}.")
        raise typer.Exit(FAILED)


def _draw(found: Any) -> None:
    said = "every promise is kept" if found["passed"] else f"{len(found['broken'])} are broken"
    say(f"Looked at {moment(found['at'])}: {said}.")
    for one in found["broken"]:
        say_section(one["text"], one["examples"])
        if one["healed"]:
            say(f"  {one['healed']} were mended at once.")
    if found["beat_at"]:
        say(f"The watcher outside was told at {moment(found['beat_at'])}.")
