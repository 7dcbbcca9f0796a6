"""Conditions in CEL: bounded, typed, without side effects."""

from cel_expr_python import cel

_CEREMONY = ("INVALID_ARGUMENT: ", "NOT_FOUND: ", "INTERNAL: ", "ERROR: <input>:")


def why_not_true_or_false(environment: cel.Env, text: str) -> str | None:
    """Say why a text is no condition over what an environment names; `None` when it is one."""
    try:
        answer = environment.compile(text).return_type()
    except RuntimeError as error:
        return said_plainly(error)
    if answer not in (cel.Type.BOOL, cel.Type.DYN):
        return f"it answers {answer.name()}, not true or false"
    return None


def said_plainly(error: object) -> str:
    """Return what CEL says, without its ceremony."""
    text = str(error).splitlines()[0]
    for opening in _CEREMONY:
        text = text.removeprefix(opening)
    return text.removesuffix(" (in container '')").replace(" : ", " ")
