"""Actions: what one would do, whether it was done, and how it is undone. Nothing is done here.

A kind of action names the part of an asset's state that it changes. Everything else (verifying by
a second reading, undoing only what is still as we left it) follows from that part alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from fireline.core.assets.ref import AssetRef
from fireline.core.runbooks.cloud import Absent, Call, Present, Reading, Unreadable
from fireline.core.values.json import JsonObject, canonical


@dataclass(frozen=True, slots=True)
class Context:
    """What a plan may depend on beside the asset.

    `cutoff` is the last moment at which the planned call may still be made.
    """

    incident: str
    cutoff: datetime


@dataclass(frozen=True, slots=True)
class ActionPlan:
    """One change, exact: the call, its inverse, and the compared state before and after it."""

    kind: str
    asset: AssetRef
    call: Call
    inverse: Call
    before: JsonObject
    after: JsonObject
    summary: str
    diff: str


@dataclass(frozen=True, slots=True)
class NothingToDo:
    """The asset already is as the action would make it."""

    why: str


@dataclass(frozen=True, slots=True)
class CannotPlan:
    """The action will not be planned. `passing` says that a later reading may change that."""

    why: str
    passing: bool = False


Planned = ActionPlan | NothingToDo | CannotPlan


@dataclass(frozen=True, slots=True)
class ActionKind:
    """A registered action. `compared` picks, from a state, the part that its call changes."""

    name: str
    title: str
    asset_kind: str
    build: Callable[[AssetRef, JsonObject, Context], Planned]
    compared: Callable[[JsonObject, Call], JsonObject]


@dataclass(frozen=True, slots=True)
class Verified:
    """A second reading shows the state we wanted."""


@dataclass(frozen=True, slots=True)
class Unverified:
    """A second reading does not show it. `untouched`: it shows exactly the state before."""

    why: str
    untouched: bool = False


@dataclass(frozen=True, slots=True)
class UndoCall:
    """The asset is as we left it; this call puts it back."""

    call: Call


@dataclass(frozen=True, slots=True)
class AlreadyUndone:
    """There is nothing left to put back."""

    note: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody changed it since: before us, as we left it, and now. A person decides."""

    before: JsonObject
    left: JsonObject
    present: JsonObject


Undoing = UndoCall | AlreadyUndone | Conflict | Unreadable


def plan_action(kind: ActionKind, asset: AssetRef, reading: Reading, context: Context) -> Planned:
    """Plan one action on an asset as it was just read. What cannot be read is not acted on."""
    if asset.kind != kind.asset_kind:
        return CannotPlan(f"{kind.name} acts on {kind.asset_kind}, not on {asset.kind}")
    match reading:
        case Present(state):
            return kind.build(asset, state, context)
        case Absent():
            return NothingToDo(f"{asset.id} does not exist")
        case Unreadable(why):
            return CannotPlan(f"{asset.id} could not be read: {why}", passing=True)
        case _:
            assert_never(reading)


def compared_state(kind: ActionKind, call: Call, reading: Reading) -> JsonObject | None:
    """Return the compared part of a reading; `None` when there is no asset to compare."""
    return kind.compared(reading.state, call) if isinstance(reading, Present) else None


def verify(kind: ActionKind, plan: ActionPlan, reading: Reading) -> Verified | Unverified:
    """Say whether a reading shows what the plan wanted. An answer of 200 proves nothing."""
    return _shows(kind, plan.call, reading, wanted=plan.after, origin=plan.before)


def verify_undo(kind: ActionKind, plan: ActionPlan, reading: Reading) -> Verified | Unverified:
    """Say whether a reading shows exactly what was there before the action."""
    return _shows(kind, plan.call, reading, wanted=plan.before, origin=plan.after)


def undo(kind: ActionKind, plan: ActionPlan, reading: Reading) -> Undoing:
    """Say how to put back what the action changed; only if it still is as the action left it."""
    match reading:
        case Unreadable():
            return reading
        case Absent():
            return AlreadyUndone(f"{plan.asset.id} no longer exists")
        case Present(state):
            present = kind.compared(state, plan.call)
        case _:
            assert_never(reading)
    if same(present, plan.after):
        return UndoCall(plan.inverse)
    if same(present, plan.before):
        return AlreadyUndone("it already is as it was before")
    return Conflict(plan.before, plan.after, present)


def same(one: JsonObject, other: JsonObject) -> bool:
    """Compare two states by their canonical text, so that key order never matters."""
    return canonical(one) == canonical(other)


def _shows(
    kind: ActionKind, call: Call, reading: Reading, *, wanted: JsonObject, origin: JsonObject
) -> Verified | Unverified:
    match reading:
        case Unreadable(why):
            return Unverified(f"it could not be read: {why}")
        case Absent():
            return Unverified("it no longer exists")
        case Present(state):
            present = kind.compared(state, call)
        case _:
            assert_never(reading)
    if same(present, wanted):
        return Verified()
    if same(present, origin):
        return Unverified("it still reads as before", untouched=True)
    return Unverified(f"it reads {canonical(present)}, wanted {canonical(wanted)}")
