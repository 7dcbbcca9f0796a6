"""`fireline contacts`, `fireline rules`, `fireline readiness`: how people are told, and whether."""

import time
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

import typer

from fireline.core.escalation.readiness import is_reachable, troubles_of
from fireline.core.escalation.rules import Urgency
from fireline.core.values.ids import PersonId
from fireline.doors.cli.client import FAILED, REFUSED, USAGE, Client, ClientFailed
from fireline.doors.cli.plan import sound
from fireline.doors.cli.terminal import AsJson, give_up, moment, say, say_table, show

contacts_app = typer.Typer(no_args_is_help=True, help="Where you are reached.")
rules_app = typer.Typer(no_args_is_help=True, help="How you are told, and when you are not.")
Contact = Annotated[UUID, typer.Argument(metavar="ID", help="As the list shows it.")]
Person = Annotated[str | None, typer.Option(help="Somebody else; for admins.")]
By = Annotated[str, typer.Option("--by", metavar="CHANNEL", help="sms or voice, for a phone.")]

_WAIT_SECONDS = 60.0
_LOOK_SECONDS = 0.25
_ENDED = {"delivered", "refused", "unknown"}


@contacts_app.command("list")
def list_contacts(*, person: Person = None, as_json: AsJson = False) -> None:
    """List your contacts: those of the plan, and your own."""
    found = Client.from_environment().get("notifications", person=person)
    show(found["contacts"], _draw_contacts, as_json=as_json)


@contacts_app.command("add")
def add(
    channel: Annotated[str, typer.Argument(metavar="CHANNEL", help="phone, email, slack …")],
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="Such as +4915112345678.")],
    *,
    label: Annotated[str, typer.Option(help="What you call it.")] = "",
    person: Person = None,
    as_json: AsJson = False,
) -> None:
    """Add a contact. It is used once you typed the code that is sent there."""
    body = {"channel": channel, "address": address, "label": label}
    made = Client.from_environment().post(_path("contacts", person), body)
    show(made, _draw_added, as_json=as_json)


@contacts_app.command("code")
def code(contact: Contact, *, by: By = "", person: Person = None, as_json: AsJson = False) -> None:
    """Send a contact a new code."""
    path = _path(f"contacts/{contact}/code", person)
    sent = Client.from_environment().post(path, {"channel": by})
    show(sent, lambda one: say(f"A code comes by {one['channel']}."), as_json=as_json)


@contacts_app.command("verify")
def verify(
    contact: Contact,
    typed: Annotated[str, typer.Argument(metavar="CODE", help="The six digits.")],
    *,
    person: Person = None,
    as_json: AsJson = False,
) -> None:
    """Verify a contact by the code that was sent there. Five tries, ten minutes."""
    path = _path(f"contacts/{contact}/verify", person)
    Client.from_environment().post(path, {"code": typed})
    done = {"id": str(contact), "verified": True}
    show(done, lambda _: say("It is verified, and used from now on."), as_json=as_json)


@contacts_app.command("label")
def label(
    contact: Contact,
    words: Annotated[str, typer.Argument(metavar="LABEL", help="What you call it.")],
    *,
    person: Person = None,
    as_json: AsJson = False,
) -> None:
    """Give a contact another name."""
    Client.from_environment().patch(_path(f"contacts/{contact}", person), {"label": words})
    done = {"id": str(contact), "label": words}
    show(done, lambda one: say(f"It is called {one['label']}."), as_json=as_json)


@contacts_app.command("remove")
def remove(
    contact: Contact,
    *,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Even if your urgent rules cannot do without it.")
    ] = False,
    person: Person = None,
    as_json: AsJson = False,
) -> None:
    """Take a contact away."""
    path = _path(f"contacts/{contact}", person, anyway="true" if anyway else None)
    Client.from_environment().delete(path)
    done = {"id": str(contact), "removed": True}
    show(done, lambda _: say("It is removed."), as_json=as_json)


@contacts_app.command("test")
def send_test(
    contact: Contact,
    *,
    by: By = "",
    wait: Annotated[bool, typer.Option(help="Wait for how it ends.")] = True,
    person: Person = None,
    as_json: AsJson = False,
) -> None:
    """Send a test to a contact, and say how it ended. Ends with 1 when it did not arrive."""
    client = Client.from_environment()
    path = _path(f"contacts/{contact}/test", person)
    used = client.post(path, {"channel": by})["channel"]
    last = _outcome(client, contact, person) if wait else {"state": "waiting", "detail": used}
    show({"channel": used, **last}, _draw_outcome, as_json=as_json)
    if wait and last["state"] != "delivered":
        raise typer.Exit(FAILED)


@rules_app.command("show")
def show_rules(*, person: Person = None, as_json: AsJson = False) -> None:
    """Show how you are told, your quiet hours, and what is wrong with them."""
    found = Client.from_environment().get("notifications", person=person)
    kept = {name: found[name] for name in ("person", "urgent", "calm", "quiet", "troubles")}
    show(kept, _draw_rules, as_json=as_json)


@rules_app.command("set")
def set_rules(
    urgency: Annotated[Urgency, typer.Argument(help="urgent serves P1 and P2, calm the rest.")],
    rules: Annotated[
        list[str] | None,
        typer.Argument(metavar="CHANNEL[=DELAY]...", help="Such as push sms=2m voice=5m."),
    ] = None,
    *,
    plan: Annotated[bool, typer.Option("--plan", help="Go back to the plan's.")] = False,
    person: Person = None,
    as_json: AsJson = False,
) -> None:
    """Set your own rules of one urgency; they replace the plan's."""
    if plan == bool(rules):
        give_up("Name rules, or say --plan.", "Such as: push sms=2m voice=5m.", code=USAGE)
    client, path = Client.from_environment(), _path(f"notifications/rules/{urgency}", person)
    if plan:
        client.delete(path)
    else:
        split = (rule.partition("=") for rule in rules or ())
        wanted = [{"channel": name, "after": after or "0s"} for name, _, after in split]
        client.put(path, {"rules": wanted})
    show_rules(person=person, as_json=as_json)


@rules_app.command("quiet")
def quiet(
    hours: Annotated[
        str | None, typer.Argument(metavar="FROM-TO", help="Such as 22:00-07:00, or none.")
    ] = None,
    *,
    zone: Annotated[str, typer.Option(help="Such as Europe/Berlin; your own if not set.")] = "",
    plan: Annotated[bool, typer.Option("--plan", help="Go back to the plan's.")] = False,
    person: Person = None,
    as_json: AsJson = False,
) -> None:
    """Set when calm pages wait. P1 and P2 always come through."""
    if plan == bool(hours):
        give_up("Name the hours, or say --plan.", "Such as: 22:00-07:00.", code=USAGE)
    client, path = Client.from_environment(), _path("notifications/quiet", person)
    start, _, end = (hours or "").partition("-")
    if plan:
        client.delete(path)
    elif hours == "none":
        client.put(path, None)
    else:
        client.put(path, {"start": start, "end": end, "zone": zone})
    show_rules(person=person, as_json=as_json)


def readiness(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="[DIR]", help="A plan's folder; the running fireline if not set."),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Say whether a page would reach everybody who may be paged. Ends with 1 when one would not."""
    found = _of_folder(folder) if folder else Client.from_environment().get("readiness")
    show(found, _draw_readiness, as_json=as_json)
    if found["unreachable"]:
        raise typer.Exit(FAILED)


def _of_folder(folder: Path) -> dict[str, Any]:
    """Judge a plan by its own words: without contacts of people's own, nor what arrived."""
    _, plan = sound(folder)
    people = [(person, troubles_of(person)) for _, person in sorted(plan.people.items())]
    return {
        "unreachable": sum(not is_reachable(troubles) for _, troubles in people),
        "people": [
            {
                "person": PersonId(person.id),
                "because": [],
                "reachable": is_reachable(troubles),
                "channels": [contact.channel for contact in person.contacts],
                "troubles": [
                    {"lack": one.lack.value, "says": one.says, "fix": one.fix} for one in troubles
                ],
            }
            for person, troubles in people
        ],
    }


def _path(path: str, person: str | None, **more: str | None) -> str:
    query = {"person": person, **more}
    said = urlencode({name: value for name, value in query.items() if value is not None})
    return f"{path}?{said}" if said else path


def _outcome(client: Client, contact: UUID, person: str | None) -> dict[str, Any]:
    """Look until the message was delivered or refused, or a minute is over."""
    until = time.monotonic() + _WAIT_SECONDS
    while True:
        found = client.get("notifications", person=person)["contacts"]
        one = next((each for each in found if each["id"] == str(contact)), None)
        if one is None or one["last"] is None:
            msg = "That contact is gone."
            raise ClientFailed(msg, REFUSED)
        if one["last"]["state"] in _ENDED or time.monotonic() >= until:
            return one["last"]
        time.sleep(_LOOK_SECONDS)


def _draw_contacts(contacts: Any) -> None:
    say_table(
        ("id", "channel", "address", "label", "verified", "last message"),
        (
            (
                one["id"],
                one["channel"] + ("" if one["by"] else " (not set up)"),
                one["address"],
                one["label"],
                "in the plan" if one["from_plan"] else moment(one["verified_at"]),
                _last(one["last"]),
            )
            for one in contacts
        ),
        empty="You have no contacts.",
    )


def _last(last: Any) -> str:
    return f"{last['state']} {moment(last['at'])}" if last else ""


def _draw_added(made: Any) -> None:
    say(f"Added: {made['id']}")
    if made["code_by"]:
        say(f"A code comes by {made['code_by']}. Then: fireline contacts verify {made['id']} CODE")
    else:
        say("It was there, and is verified.")


def _draw_outcome(last: Any) -> None:
    say(f"{last['channel']}: {last['state'].replace('_', ' ')}. {last['detail']}".strip())


def _draw_rules(found: Any) -> None:
    for urgency in Urgency:
        told = found[urgency.value]
        whose = "your own" if told["own"] else "of the plan"
        say_table(
            (f"{urgency} ({whose})", "after", ""),
            ((rule["channel"], rule["after"], rule["idle"]) for rule in told["rules"]),
            empty=f"{urgency}: by e-mail, at once.",
        )
    quiet = found["quiet"]
    hours = f"{quiet['start']} to {quiet['end']}, {quiet['zone']}" if quiet["start"] else "none"
    say(f"quiet hours: {hours}")
    for trouble in found["troubles"]:
        say(f"warning: {trouble['says']}; {trouble['fix']}")


def _draw_readiness(found: Any) -> None:
    say_table(
        ("person", "reached by", "why", "what is wrong"),
        (
            (
                one["person"],
                ", ".join(one["channels"]) if one["reachable"] else "NOTHING",
                "; ".join(one["because"]),
                "\n".join(f"{each['says']} ({each['fix']})" for each in one["troubles"]),
            )
            for one in found["people"]
        ),
        empty="Nobody is on a schedule or named by an escalation.",
    )
    count = found["unreachable"]
    if count:
        say(f"{count} cannot be reached.")
