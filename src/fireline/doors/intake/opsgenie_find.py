"""Which alert a path of the Opsgenie API names: by its id, its tiny id, or its alias."""

from uuid import UUID

from fireline.core.signals.formats import opsgenie as reader
from fireline.doors.intake.opsgenie_wire import Call, invalid, not_found
from fireline.usecases import symptoms
from fireline.usecases.heartbeats import HEARTBEATS
from fireline.usecases.symptoms import SymptomView
from fireline.usecases.transaction import Tx

GONE = "Alert does not exist"
_LONGEST_NUMBER = 18


async def find(call: Call, word: str = "identifierType") -> SymptomView | None:
    """Find the alert a path names, once everything posted before is done. Raises NotDone."""
    kind, name = _identifier(call, word)
    await call.settle()
    async with call.desk.transaction() as tx:
        return await _found(tx, call, kind, name)


async def found_or_gone(call: Call, word: str = "identifierType") -> SymptomView:
    """Find the alert a path names. Raises NotDone when there is none."""
    found = await find(call, word)
    if found is None:
        raise not_found(GONE)
    return found


async def key_of(call: Call) -> str:
    """Return the key a path means: an alias as it is, any other name by looking it up.

    Empty when it names nothing that fires, so that nothing else is answered in its place.
    """
    kind, name = _identifier(call, "identifierType")
    if kind == "alias":
        return reader.alias_of(name)
    found = await find(call)
    return found.key if found is not None and found.is_live else ""


async def _found(tx: Tx, call: Call, kind: str, name: str) -> SymptomView | None:
    source = call.card.id
    match kind:
        case "alias":
            key = reader.alias_of(name)
            found = await symptoms.find_symptom(tx, source, key=key)
            # The alert of a silent heartbeat has the heartbeat's name, and fireline raises it.
            return found or await symptoms.find_of_source(tx, HEARTBEATS, key)
        case "tiny":
            number = (
                int(name)
                if name.isascii() and name.isdecimal() and len(name) <= _LONGEST_NUMBER
                else 0
            )
            return await symptoms.find_symptom(tx, source, number=number)
        case _:
            id_ = uuid_of(name)
            return await symptoms.find_symptom(tx, source, id=id_) if id_ else None


def _identifier(call: Call, word: str) -> tuple[str, str]:
    kind = call.query.get(word, "id").lower()
    if kind not in {"id", "alias", "tiny"}:
        raise invalid(field=word, why=f"{word} must be one of id, alias, tiny")
    return kind, call.names["id"].replace("\x00", "\ufffd")


def uuid_of(text: str) -> UUID | None:
    """Read an id; `None` for what is none."""
    try:
        return UUID(text)
    except ValueError:
        return None
