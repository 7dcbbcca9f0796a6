"""The states of an action and the ways between them."""

from enum import StrEnum


class ActionState(StrEnum):
    """Where an action stands. `executing` is also an undo on its way: see its call."""

    PLANNED = "planned"
    EVIDENCE = "evidence"
    EXECUTING = "executing"
    VERIFIED = "verified"
    UNVERIFIED = "unverified"
    FAILED = "failed"
    UNKNOWN = "unknown"
    UNDONE = "undone"
    UNDO_CONFLICT = "undo_conflict"
    MADE_PERMANENT = "made_permanent"


_S = ActionState
# What may have changed something stays undoable; what certainly did not, ends.
_AFTER: dict[ActionState, frozenset[ActionState]] = {
    _S.PLANNED: frozenset({_S.EVIDENCE, _S.FAILED}),
    _S.EVIDENCE: frozenset({_S.EXECUTING, _S.FAILED}),
    _S.EXECUTING: frozenset(
        {_S.VERIFIED, _S.UNVERIFIED, _S.FAILED, _S.UNKNOWN, _S.UNDONE, _S.UNDO_CONFLICT}
    ),
    _S.VERIFIED: frozenset({_S.EXECUTING, _S.UNDONE, _S.UNDO_CONFLICT, _S.MADE_PERMANENT}),
    _S.UNVERIFIED: frozenset({_S.EXECUTING, _S.VERIFIED, _S.UNDONE, _S.UNDO_CONFLICT}),
    _S.UNKNOWN: frozenset({_S.EXECUTING, _S.VERIFIED, _S.UNDONE, _S.UNDO_CONFLICT}),
    _S.UNDO_CONFLICT: frozenset({_S.EXECUTING, _S.UNDONE, _S.MADE_PERMANENT}),
    _S.FAILED: frozenset(),
    _S.UNDONE: frozenset(),
    _S.MADE_PERMANENT: frozenset(),
}
UNDOABLE = frozenset({_S.VERIFIED, _S.UNVERIFIED, _S.UNKNOWN, _S.UNDO_CONFLICT})
ENDED = frozenset(state for state, after in _AFTER.items() if not after)


def may_become(present: ActionState, wanted: ActionState) -> bool:
    """Say whether an action in one state may pass to another."""
    return wanted in _AFTER[present]
