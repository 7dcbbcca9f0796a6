"""What the watchdog is told: variables that begin with `FIRELINE_WATCHDOG_`.

It shares nothing with fireline: it has its own address to listen on, its own mail server, its own
file. Every mistake is one sentence that names the variable.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fireline.core.values.secret import Secret

PREFIX = "FIRELINE_WATCHDOG_"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WEB = re.compile(r"https?://[^\s/]+\S*")


class WatchdogMistakes(Exception):  # noqa: N818 - it lists them
    """The watchdog cannot watch like this; one sentence for each mistake."""


@dataclass(frozen=True, slots=True)
class Place:
    """An address and a port to listen on."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Owner:
    """How whoever runs fireline is told, without fireline."""

    email: str = ""
    smtp: Place | None = None
    smtp_from: str = ""
    smtp_starttls: bool = True
    smtp_username: str | None = None
    smtp_password: Secret | None = None
    webhook: Secret | None = None


@dataclass(frozen=True, slots=True)
class Watch:
    """Which fireline is watched, how often, and where the canary's page is heard."""

    url: str
    token: Secret
    every_seconds: float
    within_seconds: float
    state: Path
    mail: Place | None
    hook: Place | None
    owner: Owner


@dataclass(slots=True)
class _Reader:
    environ: Mapping[str, str]
    mistakes: list[str] = field(default_factory=list[str])

    def text(self, name: str) -> str:
        return self.environ.get(PREFIX + name, "").strip()

    def needed(self, name: str, what: str) -> str:
        text = self.text(name)
        if not text:
            self.mistakes.append(f"{PREFIX}{name} must be set: {what}.")
        return text

    def seconds(self, name: str, default: float) -> float:
        text = self.text(name)
        if not text:
            return default
        if not re.fullmatch(r"\d{1,6}(\.\d+)?", text) or float(text) <= 0:
            self.mistakes.append(f'{PREFIX}{name} must be a number of seconds, and is "{text}".')
            return default
        return float(text)

    def place(self, name: str) -> Place | None:
        text = self.text(name)
        if not text:
            return None
        host, _, port = text.rpartition(":")
        if not host or not re.fullmatch(r"\d{1,5}", port) or not 0 < int(port) < 65_536:
            self.mistakes.append(f'{PREFIX}{name} must be HOST:PORT, and is "{text}".')
            return None
        return Place(host.strip("[]"), int(port))

    def web(self, name: str, text: str) -> str:
        if text and _WEB.fullmatch(text) is None:
            self.mistakes.append(f"{PREFIX}{name} must begin with http:// or https://.")
        return text

    def secret(self, name: str) -> Secret | None:
        """Follow a reference, env:NAME or file:PATH, or take the text itself."""
        text = self.text(name)
        kind, _, where = text.partition(":")
        found = text
        if kind == "env" and _NAME.fullmatch(where):
            found = self.environ.get(where, "")
        elif kind == "file" and where:
            found = _contents(Path(where))
        if text and not found:
            self.mistakes.append(f"{PREFIX}{name} leads to nothing.")
        return Secret(found) if found else None


def read(environ: Mapping[str, str]) -> Watch:
    """Read what the watchdog is told. Raises WatchdogMistakes with everything that is wrong."""
    reader = _Reader(environ)
    url = reader.web("URL", reader.needed("URL", "the address of the fireline to watch"))
    reader.needed("TOKEN", "the token of a source of format pagerduty")
    token = reader.secret("TOKEN")
    mail, hook = reader.place("MAIL"), reader.place("HOOK")
    if mail is None and hook is None and not reader.mistakes:
        reader.mistakes.append(
            f"{PREFIX}MAIL or {PREFIX}HOOK must be set: HOST:PORT, where the page is heard."
        )
    watch = Watch(
        url=url.rstrip("/"),
        token=token or Secret(""),
        every_seconds=reader.seconds("EVERY", 300.0),
        within_seconds=reader.seconds("WITHIN", 90.0),
        state=Path(reader.text("STATE") or "watchdog.json").expanduser(),
        mail=mail,
        hook=hook,
        owner=_owner(reader),
    )
    if reader.mistakes:
        raise WatchdogMistakes("\n".join(reader.mistakes))
    return watch


def _owner(reader: _Reader) -> Owner:
    owner = Owner(
        email=reader.text("OWNER_EMAIL"),
        smtp=reader.place("SMTP"),
        smtp_from=reader.text("SMTP_FROM"),
        smtp_starttls=reader.text("SMTP_STARTTLS").lower() not in {"false", "no", "0"},
        smtp_username=reader.text("SMTP_USERNAME") or None,
        smtp_password=reader.secret("SMTP_PASSWORD"),
        webhook=reader.secret("OWNER_WEBHOOK"),
    )
    if owner.webhook is not None:
        reader.web("OWNER_WEBHOOK", owner.webhook.reveal())
    if owner.email and (owner.smtp is None or not owner.smtp_from):
        reader.mistakes.append(f"{PREFIX}SMTP and {PREFIX}SMTP_FROM must be set, to send mail.")
    if not owner.email and owner.webhook is None:
        reader.mistakes.append(
            f"{PREFIX}OWNER_EMAIL or {PREFIX}OWNER_WEBHOOK must be set: who is told when fireline"
            " does not page."
        )
    return owner


def _contents(path: Path) -> str:
    try:
        return path.expanduser().read_text().strip()
    except OSError:
        return ""


def from_environment() -> Watch:
    """Read what the watchdog is told from this process's variables."""
    return read(os.environ)
