"""What a setting may say: addresses, folders, roles and the like, each checked as it is read."""

import re
from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field

from fireline.wire.addresses import Network


def _check(fits: Callable[[str], bool]) -> AfterValidator:
    def checked(text: str) -> str:
        if not fits(text):
            raise ValueError
        return text

    return AfterValidator(checked)


def _is_web_address(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.query


def _is_domain(text: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9.-]{1,253}", text) is not None


def is_database(text: str) -> bool:
    """Say whether a text can be where a PostgreSQL is: an address, or libpq's words."""
    return text.startswith(("postgresql://", "postgres://")) or "=" in text


def _is_role(text: str) -> bool:
    return re.fullmatch(r"arn:aws[a-z-]*:iam::\d{12}:role/\S+", text) is not None


def _is_cluster(text: str) -> bool:
    return (
        re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}=(in-cluster|[^#]+(#.+)?)", text) is not None
    )


def _split(text: object) -> object:
    return tuple(text.replace(",", " ").split()) if isinstance(text, str) else text


def _absolute(path: Path) -> Path:
    return path.expanduser().absolute()


def _network(text: str) -> Network:
    return ip_network(text)


PortNumber = Annotated[int, Field(ge=1, le=65535)]
WebAddress = Annotated[str, _check(_is_web_address)]
FolderPath = Annotated[Path, AfterValidator(_absolute)]
NetworkOnly = Annotated[Network, BeforeValidator(_network)]
RoleArn = Annotated[str, _check(_is_role)]
ClusterText = Annotated[str, _check(_is_cluster)]
PhoneNumber = Annotated[str, Field(pattern=r"^\+[1-9]\d{6,14}$")]
MailAddress = Annotated[str, _check(lambda text: "@" in text)]
DomainName = Annotated[str, _check(_is_domain)]
# Several in one variable, apart by commas or spaces.
LISTED = BeforeValidator(_split)
# How a mistake ends that begins with the setting's name and `must`.
MUST_PORT = "be a whole number between 1 and 65535"
MUST_URL = "be an address that begins with http:// or https://"
MUST_ROLE = "be the ARN of an IAM role"
MUST_PHONE = "be a phone number that begins with + and the country"
