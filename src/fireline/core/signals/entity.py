"""What signals can have in common: who acted, with what, from where, on what."""

from dataclasses import dataclass

PRINCIPAL = "principal"
CREDENTIAL = "access_key"
ADDRESS = "address"
ASSET = "asset"  # an ARN, or an asset reference as text
HOST = "host"
POD = "pod"
ACCOUNT = "account"
REGION = "region"
AGENT = "user_agent"


@dataclass(frozen=True, slots=True, order=True)
class Entity:
    """Something signals can have in common: its kind, and the value as the source writes it."""

    kind: str
    value: str
