"""Credentials and clients for AWS: one pair for looking, another for acting, never mixed.

Clients for reading retry; clients for acting make every request once, because a request that was
sent may have been done.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from threading import Lock
from typing import Any, cast
from urllib.parse import urlsplit

import botocore.session
from botocore.config import Config
from botocore.credentials import RefreshableCredentials
from botocore.handlers import json_decode_policies

from fireline.connectors.aws.models import models
from fireline.core.values.secret import Secret
from fireline.ports.cloud import Call, Errand

_SECONDS_TO_CONNECT = 2
_SECONDS_TO_ANSWER = 4
_READS_TRIED = 3
# The shortest AWS gives; looking renews it in time, and a call is made once, at once.
_SESSION_SECONDS = 900
_RENEW_SECONDS = 120
_NOT_A_NAME = re.compile(r"[^\w+=,.@-]", re.ASCII)

# boto3 makes its clients' methods while running; no checker can know them.
Client = Any


@dataclass(frozen=True, slots=True)
class Login:
    """One pair of credentials. Without one, the usual chain of AWS's own tools is asked."""

    access_key: str
    secret_key: Secret
    session_token: Secret | None = None


@dataclass(frozen=True, slots=True)
class RoleToAssume:
    """A role in the account, and the external id that fireline made for it."""

    arn: str
    external_id: str


@dataclass(frozen=True, slots=True)
class Access:
    """How one part of fireline comes into an account."""

    login: Login | None = None
    role: RoleToAssume | None = None


@dataclass(frozen=True, slots=True)
class AwsSettings:
    """One account: `monitor` looks, `responder` makes the calls of registered actions."""

    region: str
    monitor: Access
    responder: Access
    endpoint_url: str | None = None


class NotLoopbackError(ValueError):
    """A drill was pointed at something that is not this machine."""


def only_loopback(endpoint_url: str | None) -> str:
    """Return an endpoint a drill may use: http on a loopback address, written as one.

    Names are refused: what they stand for can change between looking and connecting.
    """
    parts = urlsplit(endpoint_url or "")
    try:
        loopback = ip_address(parts.hostname or "").is_loopback
    except ValueError:
        loopback = False
    if parts.scheme != "http" or not loopback:
        msg = f"a drill's cloud must be an http address of this machine, not {endpoint_url!r}"
        raise NotLoopbackError(msg)
    return endpoint_url or ""


class Sessions:
    """Makes and keeps clients. boto3's clients may be shared by threads; making them may not."""

    def __init__(self, settings: AwsSettings, *, proxied: bool = True) -> None:
        self._settings = settings
        # No proxy from the environment may carry a drill's calls off this machine.
        self._proxies: dict[str, str] | None = None if proxied else {}
        self._lock = Lock()
        self._kept: dict[tuple[str, str], Client] = {}

    def monitor(self, service: str) -> Client:
        """Return the client that looks. A role's credentials are renewed before they end."""
        access = self._settings.monitor
        kept = self._kept.get(("monitor", service))
        if kept is None:
            who = access.login if access.role is None else self._renewed(access)
            kept = self._client(service, who, tries=_READS_TRIED)
            self._kept["monitor", service] = kept
        return kept

    def responder(self, call: Call, errand: Errand) -> Client:
        """Return a client good for one call: with a role, for that operation and ARN alone."""
        access = self._settings.responder
        who = access.login if access.role is None else self._assumed(access, call, errand)
        return self._client(call.service, who, tries=1)

    def who_responds(self) -> Client:
        """Return the client that asks AWS who the responder is."""
        return self._client("sts", self._settings.responder.login, tries=_READS_TRIED)

    @property
    def responder_role(self) -> str | None:
        """The ARN of the role calls are made under, if one is assumed."""
        role = self._settings.responder.role
        return role.arn if role else None

    def _renewed(self, access: Access) -> RefreshableCredentials:
        def fetch() -> dict[str, str]:
            given = self._assume(access, {"RoleSessionName": "fireline-monitor"})
            return {
                "access_key": given["AccessKeyId"],
                "secret_key": given["SecretAccessKey"],
                "token": given["SessionToken"],
                "expiry_time": given["Expiration"].isoformat(),
            }

        return RefreshableCredentials.create_from_metadata(
            fetch(),
            refresh_using=fetch,
            method="sts-assume-role",
            advisory_timeout=_RENEW_SECONDS,
            mandatory_timeout=_RENEW_SECONDS // 2,
        )

    def _assumed(self, access: Access, call: Call, errand: Errand) -> Login:
        asked = {
            "RoleSessionName": _named(f"fireline-{errand.approval}"),
            "SourceIdentity": _named(errand.approver),
            "Policy": one_call_policy(call),
            "Tags": [
                {"Key": "incident", "Value": errand.incident},
                {"Key": "approval", "Value": errand.approval},
            ],
        }
        given = self._assume(access, asked)
        return Login(
            given["AccessKeyId"], Secret(given["SecretAccessKey"]), Secret(given["SessionToken"])
        )

    def _assume(self, access: Access, asked: Mapping[str, Any]) -> dict[str, Any]:
        role = access.role
        if role is None:
            msg = "no role to assume"
            raise AssertionError(msg)
        answer = self._client("sts", access.login, tries=1).assume_role(
            RoleArn=role.arn,
            ExternalId=role.external_id,
            DurationSeconds=_SESSION_SECONDS,
            **asked,
        )
        given: dict[str, Any] = answer["Credentials"]
        return given

    def _client(
        self, service: str, who: Login | RefreshableCredentials | None, *, tries: int
    ) -> Client:
        config = Config(
            connect_timeout=_SECONDS_TO_CONNECT,
            read_timeout=_SECONDS_TO_ANSWER,
            retries={"mode": "standard", "total_max_attempts": tries},
            proxies=self._proxies,
            user_agent_extra="fireline",
        )
        # boto3's sessions may not be shared while a client is made; nothing here waits for AWS.
        with self._lock:
            client = self._made(service, who, config)
        if service == "iam":
            # boto3 would parse policies; an undo needs the original text, byte for byte.
            client.meta.events.unregister("after-call.iam", json_decode_policies)
        return client

    def _made(
        self, service: str, who: Login | RefreshableCredentials | None, config: Config
    ) -> Client:
        core = cast("Any", botocore.session.Session())
        core.register_component("data_loader", models())
        login = who if isinstance(who, Login) else None
        if isinstance(who, RefreshableCredentials):
            core._credentials = who  # noqa: SLF001 - botocore has no public way to hand these in
        token = login.session_token if login else None
        # The name of the service is known only here, so no overload of the stubs fits.
        return core.create_client(
            service,
            region_name=self._settings.region,
            config=config,
            endpoint_url=self._settings.endpoint_url,
            aws_access_key_id=login.access_key if login else None,
            aws_secret_access_key=login.secret_key.reveal() if login else None,
            aws_session_token=token.reveal() if token else None,
        )


def one_call_policy(call: Call) -> str:
    """Write the session policy that allows one operation on one ARN and nothing else."""
    statement = {
        "Effect": "Allow",
        "Action": f"{call.service}:{call.operation}",
        "Resource": call.resource,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _named(text: str) -> str:
    """Write a name as AWS takes it: 2 to 64 characters of a small alphabet."""
    return _NOT_A_NAME.sub("-", text)[:64].ljust(2, "-")
