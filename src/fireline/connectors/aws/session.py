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

import boto3
from botocore.config import Config
from botocore.handlers import json_decode_policies

from fireline.core.values.secret import Secret
from fireline.ports.cloud import Call, Errand

_SECONDS_TO_CONNECT = 2
_SECONDS_TO_ANSWER = 4
_READS_TRIED = 3
# The shortest AWS gives; a call is made once, at once.
_SESSION_SECONDS = 900
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
        """Return the client that looks."""
        return self._keep("monitor", service, self._settings.monitor, tries=_READS_TRIED)

    def responder(self, call: Call, errand: Errand) -> Client:
        """Return a client good for one call: with a role, for that operation and ARN alone."""
        access = self._settings.responder
        if access.role is None:
            return self._keep("responder", call.service, access, tries=1)
        with self._lock:
            return self._client(call.service, self._assumed(access, call, errand), tries=1)

    def who_responds(self) -> Client:
        """Return the client that asks AWS who the responder is."""
        return self._keep("responder", "sts", self._settings.responder, tries=_READS_TRIED)

    @property
    def responder_role(self) -> str | None:
        """The ARN of the role calls are made under, if one is assumed."""
        role = self._settings.responder.role
        return role.arn if role else None

    def _keep(self, part: str, service: str, access: Access, *, tries: int) -> Client:
        with self._lock:
            kept = self._kept.get((part, service))
            if kept is not None:
                return kept
            login = access.login
            if access.role is not None and part == "monitor":
                login = self._assume(access, {"RoleSessionName": "fireline-monitor"})
                # A role's credentials end; the next client is made with fresh ones.
                return self._client(service, login, tries=tries)
            made = self._client(service, login, tries=tries)
            self._kept[part, service] = made
            return made

    def _assumed(self, access: Access, call: Call, errand: Errand) -> Login:
        return self._assume(
            access,
            {
                "RoleSessionName": _named(f"fireline-{errand.approval}"),
                "SourceIdentity": _named(errand.approver),
                "Policy": one_call_policy(call),
                "Tags": [
                    {"Key": "incident", "Value": errand.incident},
                    {"Key": "approval", "Value": errand.approval},
                ],
            },
        )

    def _assume(self, access: Access, asked: Mapping[str, Any]) -> Login:
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
        given = answer["Credentials"]
        return Login(
            given["AccessKeyId"], Secret(given["SecretAccessKey"]), Secret(given["SessionToken"])
        )

    def _client(self, service: str, login: Login | None, *, tries: int) -> Client:
        # The name of the service is known only here, so no overload of the stubs fits.
        session = cast("Any", boto3.Session(region_name=self._settings.region))
        config = Config(
            connect_timeout=_SECONDS_TO_CONNECT,
            read_timeout=_SECONDS_TO_ANSWER,
            retries={"mode": "standard", "total_max_attempts": tries},
            proxies=self._proxies,
            user_agent_extra="fireline",
        )
        token = login.session_token if login else None
        client: Client = session.client(
            service,
            config=config,
            endpoint_url=self._settings.endpoint_url,
            aws_access_key_id=login.access_key if login else None,
            aws_secret_access_key=login.secret_key.reveal() if login else None,
            aws_session_token=token.reveal() if token else None,
        )
        if service == "iam":
            # boto3 would parse policies; an undo needs the original text, byte for byte.
            client.meta.events.unregister("after-call.iam", json_decode_policies)
        return client


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
