"""CEL, where a plan needs a condition: bounded, typed, without side effects."""

from cel_expr_python import cel

_STATE = cel.Type.Map(cel.Type.STRING, cel.Type.DYN)

# What a step's `when` may speak of: the action's name, its asset, and the state it would change.
_PLANNED_ACTION = cel.NewEnv(
    variables={"action": cel.Type.STRING, "asset": _STATE, "before": _STATE, "after": _STATE}
)


def why_not_a_condition(text: str) -> str | None:
    """Say why a text is no condition over a planned action; `None` when it is one."""
    try:
        answer = _PLANNED_ACTION.compile(text).return_type()
    except RuntimeError as error:
        first = str(error).splitlines()[0]
        return first.removeprefix("INVALID_ARGUMENT: ").removeprefix("ERROR: <input>:")
    if answer not in (cel.Type.BOOL, cel.Type.DYN):
        return f"it answers {answer.name()}, not true or false"
    return None
