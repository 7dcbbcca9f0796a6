"""The settings a command was given: its options, and the environment's variables behind them."""

import os

from fireline.app.settings import Settings, SettingsError, load
from fireline.doors.cli.client import USAGE, ClientFailed


def settings_of(given: dict[str, str | None]) -> Settings:
    """Read the settings, options before variables. Raises ClientFailed with every mistake."""
    environ = {**os.environ, **{name: value for name, value in given.items() if value is not None}}
    try:
        return load(environ)
    except SettingsError as wrong:
        raise ClientFailed(str(wrong), USAGE) from wrong
