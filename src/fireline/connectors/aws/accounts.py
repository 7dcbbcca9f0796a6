"""Clients for looking into many accounts: each account's own role, shared models, few clients.

A client may be shared by threads; making one may not, and costs time and memory. The models of the
services are read once for all accounts.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Any, cast
from urllib.parse import urlsplit

import botocore
import botocore.session
from botocore.config import Config
from botocore.credentials import DeferredRefreshableCredentials
from botocore.exceptions import ClientError
from botocore.handlers import json_decode_policies

from fireline.connectors.aws.models import Asked, models
from fireline.connectors.aws.policy_text import unescape
from fireline.connectors.aws.session import Client, Login
from fireline.core.assets.naming import partition_of
from fireline.ports.inventory import Account

_SECONDS_TO_CONNECT = 3
_SECONDS_TO_ANSWER = 20
# As many as there are threads that may ask: parts, and what looks closer for them.
_CONNECTIONS = 52
_USER_AGENT = f"fireline Botocore/{botocore.__version__}"
_ROLE_SESSION = "fireline-monitor"
_ROLE_SECONDS = 900
# A role that was refused is not asked for again at once by every thread that wants it.
_REFUSED_SECONDS = 15
MAX_CLIENTS = 96
MAX_ACCOUNTS = 256


@dataclass(frozen=True, slots=True)
class WayIn:
    """How looking reaches AWS: fireline's own login, or the usual chain of AWS's tools."""

    region: str
    login: Login | None = None
    endpoint_url: str | None = None
    proxied: bool = True


class _RoleCredentials(DeferredRefreshableCredentials):
    """A role's credentials, fetched when first needed and renewed in time for 15 minutes."""

    # botocore's own times are longer than the shortest session.
    _advisory_refresh_timeout = 180
    _mandatory_refresh_timeout = 60


class _AssumedRole:
    """Fetches a role's credentials for botocore."""

    def __init__(self, sts: Callable[[], Client], asked: dict[str, Any]) -> None:
        self._sts, self._asked = sts, asked
        self._refused: tuple[float, Exception] | None = None

    def fetch(self) -> dict[str, str]:
        """Assume the role. A refusal is repeated for a while without asking."""
        if self._refused and monotonic() - self._refused[0] < _REFUSED_SECONDS:
            raise self._refused[1]
        try:
            given = self._sts().assume_role(**self._asked)["Credentials"]
        except ClientError as error:
            self._refused = (monotonic(), error)
            raise
        self._refused = None
        return {
            "access_key": given["AccessKeyId"],
            "secret_key": given["SecretAccessKey"],
            "token": given["SessionToken"],
            "expiry_time": given["Expiration"].isoformat(),
        }


class AccountClients:
    """The clients of one account, made when first asked for."""

    def __init__(self, way: WayIn, account: Account, shop: "Clients") -> None:
        self.account, self.way = account, way
        self._shop = shop
        self.core = shop.session()
        if account.role_arn:
            role = _AssumedRole(lambda: shop.own("sts"), assuming(account))
            given = _RoleCredentials(refresh_using=role.fetch, method="sts-assume-role")
            self.core._credentials = given  # noqa: SLF001 - botocore has no public way in

    def client(self, service: str, region: str) -> Client:
        """Return the client of a service in a region; in the first one where none is said."""
        login = None if self.account.role_arn else self.way.login
        return self._shop.kept(self, service, region or self.way.region, login)

    def serves(self, service: str, region: str) -> bool:
        """Say whether AWS lists a service in a region; unlisted services are taken as served."""
        if not region or self.way.endpoint_url:
            return True
        known = self.core.get_available_regions(service, partition_of(self.way.region))
        return not known or region in known


class Clients:
    """Makes and keeps the clients of all accounts; the longest unused ones go."""

    def __init__(self, way: WayIn, asked: Asked) -> None:
        self._way, self._asked = way, asked
        # Whoever makes a client may first have to make the one that assumes its role.
        self._making = Lock()
        self._keeping = Lock()
        self._kept: OrderedDict[tuple[Account, str, str], Client] = OrderedDict()
        self._accounts: OrderedDict[Account, AccountClients] = OrderedDict()
        self._own = AccountClients(way, Account("", "fireline itself"), self)

    def of(self, account: Account) -> AccountClients:
        """Return an account's clients."""
        with self._keeping:
            if account not in self._accounts:
                if len(self._accounts) >= MAX_ACCOUNTS:
                    self._accounts.popitem(last=False)
                self._accounts[account] = AccountClients(self._way, account, self)
            self._accounts.move_to_end(account)
            return self._accounts[account]

    def own(self, service: str) -> Client:
        """Return a client of fireline's own credentials, under no role."""
        return self._own.client(service, self._way.region)

    def session(self) -> Any:
        """Return a session of botocore's that reads no model twice."""
        session = cast("Any", botocore.session.Session())
        session.register_component("data_loader", models(self._asked))
        return session

    def kept(self, of: AccountClients, service: str, region: str, login: Login | None) -> Client:
        """Return the one client of a service in a region of an account."""
        key = (of.account, service, region)
        with self._keeping:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        with self._making:
            client = self._kept.get(key) or self._made(of.core, service, region, login)
        with self._keeping:
            self._kept[key] = client
            while len(self._kept) > MAX_CLIENTS:
                # Not closed: another thread may be using it; its sockets go with the last user.
                self._kept.popitem(last=False)
        return client

    def _made(self, core: Any, service: str, region: str, login: Login | None) -> Client:
        way = self._way
        token = login.session_token if login else None
        client = core.create_client(
            service,
            region_name=region,
            endpoint_url=way.endpoint_url,
            config=_config(proxied=way.proxied),
            aws_access_key_id=login.access_key if login else None,
            aws_secret_access_key=login.secret_key.reveal() if login else None,
            aws_session_token=token.reveal() if token else None,
        )
        if service == "iam":
            client.meta.events.unregister("after-call.iam", json_decode_policies)
            client.meta.events.register("after-call.iam", unescape)
        if service == "s3control" and way.endpoint_url:
            client.meta.events.register("before-sign.s3-control", _without_account_in_host)
        return client


def assuming(account: Account) -> dict[str, Any]:
    """Return what AssumeRole is asked for an account."""
    asked: dict[str, Any] = {
        "RoleArn": account.role_arn,
        "RoleSessionName": _ROLE_SESSION,
        "DurationSeconds": _ROLE_SECONDS,
    }
    if account.external_id is not None:
        asked["ExternalId"] = account.external_id.reveal()
    return asked


def _config(*, proxied: bool) -> Config:
    return Config(
        connect_timeout=_SECONDS_TO_CONNECT,
        read_timeout=_SECONDS_TO_ANSWER,
        # `Asking` asks again itself: it must count, and slow the whole bucket down.
        retries={"mode": "standard", "total_max_attempts": 1},
        # No proxy from the environment may carry a drill's calls off this machine.
        proxies=None if proxied else {},
        max_pool_connections=_CONNECTIONS,
        # Otherwise botocore puts its own together again for each call.
        user_agent=_USER_AGENT,
    )


def _without_account_in_host(request: Any, **_context: object) -> None:
    """Take the account off an address of one host: `123456789012.127.0.0.1` is nowhere."""
    parts = urlsplit(str(request.url))
    first, _, rest = (parts.hostname or "").partition(".")
    if len(first) == 12 and first.isdigit():
        host = f"{rest}:{parts.port}" if parts.port else rest
        request.url = parts._replace(netloc=host).geturl()
