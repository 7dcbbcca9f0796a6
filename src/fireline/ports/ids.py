"""Fresh identifiers, as something that can be handed in."""

from typing import Protocol
from uuid import UUID


class Ids(Protocol):
    """Makes identifiers that sort in the order they were made (UUID version 7)."""

    def fresh(self) -> UUID:
        """Return one nobody has."""
        ...

    def token(self) -> str:
        """Return 256 random bits as URL-safe text, for links, sessions and API tokens."""
        ...
