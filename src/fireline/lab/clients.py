"""AWS as the lab's own people use it: real boto3, each from an address of their own."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import Any, cast

import boto3
from botocore import xform_name
from botocore.awsrequest import AWSPreparedRequest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from fireline.lab.world import Call, Origin

SUCCEEDED = "succeeded"
# The lab's own hand, and fireline's when nobody says otherwise.
HOME = Origin(address="127.0.0.1", agent="fireline-lab")
# One session for everybody, because each reads the models of every service anew; making a client
# from it is not safe in two threads at once, using one is.
_session = boto3.session.Session()
_making = Lock()


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a call is signed with."""

    access_key: str
    secret: str
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where AWS answers."""

    endpoint: str
    region: str


class Caller:
    """Makes calls with one pair of credentials from one place."""

    def __init__(self, place: Place, credentials: Credentials, origin: Origin = HOME) -> None:
        self._place, self._credentials, self._origin = place, credentials, origin
        self._clients: dict[str, Any] = {}

    @property
    def access_key(self) -> str:
        """The key the calls are made with."""
        return self._credentials.access_key

    def client(self, service: str) -> Any:
        """Return the service's client, made once."""
        with _making:
            if service not in self._clients:
                self._clients[service] = self._connect(service)
            return self._clients[service]

    def make(self, call: Call) -> tuple[str, Mapping[str, Any]]:
        """Make one call; return `succeeded` or the error's code, and the answer."""
        method = getattr(self.client(call.service), xform_name(call.operation))
        try:
            answer = cast("dict[str, Any]", method(**call.parameters))
            if "Body" in answer:
                answer["Body"].read()
        except ClientError as refused:
            return str(refused.response.get("Error", {}).get("Code", "Unknown")), {}
        except BotoCoreError as weather:
            return type(weather).__name__, {}
        return SUCCEEDED, answer

    def _connect(self, service: str) -> Any:
        connect = cast("Any", _session.client)  # pyright: ignore[reportUnknownMemberType] - boto3 builds clients at run time; the stubs know only installed services
        client = connect(
            service,
            region_name=self._place.region,
            endpoint_url=self._place.endpoint,
            aws_access_key_id=self._credentials.access_key,
            aws_secret_access_key=self._credentials.secret,
            aws_session_token=self._credentials.token,
            # One attempt: a retry would show in the trail as a second call.
            config=Config(
                retries={"total_max_attempts": 1},
                connect_timeout=5,
                read_timeout=20,
            ),
        )
        client.meta.events.register("before-send", partial(_say_where, self._origin))
        return client


def _say_where(origin: Origin, request: AWSPreparedRequest, **_: object) -> None:
    # After signing, which covers neither header; set as a setting, botocore would add its own name.
    request.headers["X-Forwarded-For"] = origin.address
    request.headers["User-Agent"] = origin.agent
