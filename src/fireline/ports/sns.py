"""What fireline asks of SNS over the network, at addresses that were judged before.

Two bodies: AWS, and the one of the tests, which knows the certificates of a simulated SNS.
"""

from typing import Protocol


class SnsPeer(Protocol):
    """Fetches signing certificates and confirms subscriptions. Both raise Unavailable."""

    async def certificate(self, url: str) -> bytes:
        """Return the certificate at an address, in PEM; the same address is fetched once."""
        ...

    async def confirm(self, url: str) -> None:
        """Visit the address that confirms a subscription."""
        ...
