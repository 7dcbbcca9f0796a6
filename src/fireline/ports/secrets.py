"""Secrets by reference: plans, sources and settings name where one is, never what it is."""

from typing import Protocol

from fireline.core.values.refusals import Unavailable
from fireline.core.values.secret import Secret


class SecretMissing(Unavailable):
    """A reference leads to no secret. What needs it must fail closed and say which reference."""

    code = "secret.missing"


class Secrets(Protocol):
    """Finds what a reference such as `env:NAME` or `file:/run/secrets/name` stands for."""

    def reveal(self, reference: str) -> Secret:
        """Return the secret. Raises SecretMissing, naming the reference."""
        ...
