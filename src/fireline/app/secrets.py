"""Where secrets are kept: the environment fireline was started with, and files of its machine."""

import os
from collections.abc import Mapping
from pathlib import Path

from fireline.core.values.secret import Secret
from fireline.ports.secrets import SecretMissing

MAX_SECRET_BYTES = 64 * 1024
_HINT = "Write env:NAME for a variable of fireline's environment, or file:/absolute/path."


class NamedSecrets:
    """Finds `env:NAME` and `file:/path`. Read anew each time, so that a rotated one is used."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._environment = os.environ if environment is None else environment

    def reveal(self, reference: str) -> Secret:
        """Return the secret a reference leads to. Raises SecretMissing, naming the reference."""
        kind, _, where = reference.partition(":")
        match kind:
            case "env":
                found = self._environment.get(where, "")
            case "file":
                found = _file(reference, where)
            case _:
                msg = "A secret is named by a reference, and this is none."
                raise SecretMissing(msg, hint=_HINT)
        if not found:
            msg = f"There is no secret at {reference}."
            raise SecretMissing(msg, hint=_HINT)
        return Secret(found)


def _file(reference: str, where: str) -> str:
    path = Path(where)
    if not path.is_absolute():
        msg = f"{reference} is not an absolute path."
        raise SecretMissing(msg, hint=_HINT)
    try:
        with path.open("rb") as opened:
            # Editors end files with a newline that is no part of the secret.
            return opened.read(MAX_SECRET_BYTES).decode("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        msg = f"The secret at {reference} cannot be read ({type(error).__name__})."
        raise SecretMissing(msg, hint=_HINT) from error
