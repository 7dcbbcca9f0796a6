"""The key that pushes to browsers are signed with: the operator's, or one made once and kept."""

from pathlib import Path

import structlog

from fireline.app.settings import Settings, SettingsError
from fireline.connectors.webpush.keys import KeyUnusableError, Signer, new_key
from fireline.core.values.secret import Secret

KEY_FILE = "push.key"
_HINT = "openssl ecparam -name prime256v1 -genkey -noout -out push.key"
_log = structlog.get_logger()


def push_signer(settings: Settings) -> Signer | None:
    """Return who signs pushes; `None` where no key is set and none can be kept.

    Raises SettingsError when the key there is cannot be used.
    """
    contact = settings.push_contact
    if contact is None and settings.smtp_from is not None:
        contact = f"mailto:{settings.smtp_from}"
    file = settings.data_dir / KEY_FILE
    try:
        return Signer(settings.push_key or _kept(file), contact)
    except OSError as error:
        # A machine without a folder of its own still pages by everything else.
        _log.warning("push.no_key", file=str(file), why=error.strerror)
        return None
    except KeyUnusableError as wrong:
        named = "FIRELINE_PUSH_KEY" if settings.push_key else str(file)
        msg = f"{named} must be a private key of the curve P-256 in PEM ({_HINT}), and is {wrong}."
        raise SettingsError(msg) from wrong


def _kept(file: Path) -> Secret:
    """Read the key, or make it. Of two that start at once, the second takes the first's."""
    try:
        return Secret(file.read_text())
    except FileNotFoundError:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = new_key()
    try:
        with file.open("x") as opened:
            file.chmod(0o600)
            opened.write(made.reveal())
    except FileExistsError:
        return Secret(file.read_text())
    return made
