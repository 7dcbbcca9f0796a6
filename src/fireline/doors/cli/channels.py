"""`fireline channels`: the ways messages leave by, and a test of one."""

from typing import Annotated, Any
from urllib.parse import quote

import typer

from fireline.doors.cli.client import FAILED, Client
from fireline.doors.cli.terminal import AsJson, give_up, say, say_table, show

channel_app = typer.Typer(
    no_args_is_help=True, help="Channels: the ways messages leave by, and what each needs."
)


@channel_app.command("list")
def list_channels(*, as_json: AsJson = False) -> None:
    """List every channel: whether it is set up, and what an address looks like."""
    show(Client.from_environment().get("channels"), _draw, as_json=as_json)


@channel_app.command("test")
def try_out(
    name: Annotated[str, typer.Argument(metavar="CHANNEL", help="As the list shows it.")],
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="Where to send the test.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Send a test to an address at once, and tell what became of it."""
    path = f"channels/{quote(name, safe='')}/test"
    tried = Client.from_environment().post(path, {"address": address})
    show(tried, _tell, as_json=as_json)
    if tried["outcome"] != "delivered":
        give_up(_HINTS[tried["outcome"]], code=FAILED)


_HINTS = {
    "try_again": "It did not arrive this time. A page would be tried again.",
    "refused": "It will never arrive as it stands: correct the address or the settings.",
    "unknown": "It may have arrived: look there.",
}


def _tell(tried: Any) -> None:
    taken = tried["outcome"] == "delivered"
    words = "took it" if taken else tried["outcome"].replace("_", " ")
    say(f"{tried['channel']}: {words}: {tried['detail']}")


def _draw(channels: Any) -> None:
    say_table(
        ("channel", "state", "what an address is", "for example"),
        (
            (
                one["name"],
                "set up" if one["set_up"] else f"needs {', '.join(one['missing'])}",
                one["address_words"],
                one["example"],
            )
            for one in channels
        ),
        empty="No channels: this fireline was started without any.",
    )
