"""The lab's own hand: boto3 that reaches the simulated AWS without a socket, unseen and at once.

A world of thousands of things is built in seconds this way: no connection, no signature, no record.
Nothing it sends can leave the process: what moto does not answer is a failure.
"""

from functools import partial
from typing import Any, cast

import boto3
from botocore import UNSIGNED
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from moto.core.botocore_stubber import BotocoreStubber, MockRawResponse

# One attempt: nothing is lost on a way this short.
_CONFIG = Config(
    retries={"total_max_attempts": 1},
    parameter_validation=False,
    user_agent="fireline-lab",
    s3={"addressing_style": "path"},
)
_KEY = "LABHAND"
# Services whose requests are signed under another name than their endpoint's.
_MOTO_ACCOUNT = "x-moto-account-id"


class Hand:
    """Makes clients for any account and region, each once."""

    def __init__(self) -> None:
        self._session = boto3.session.Session()
        self._moto = BotocoreStubber()
        self._clients: dict[tuple[str, str, str], Any] = {}

    def client(self, service: str, account: str, region: str) -> Any:
        """Return a service's client in an account and a region."""
        found = self._clients.get((service, account, region))
        if found is None:
            found = self._clients[service, account, region] = self._connect(
                service, account, region
            )
        return found

    def _connect(self, service: str, account: str, region: str) -> Any:
        connect = cast("Any", self._session.client)  # pyright: ignore[reportUnknownMemberType] - boto3 builds clients at run time; the stubs know only installed services
        client = connect(
            service,
            region_name=region,
            aws_access_key_id=_KEY,
            aws_secret_access_key=_KEY,
            config=_CONFIG,
        )
        events, signs_as = client.meta.events, client.meta.service_model.signing_name
        scope = f"{_KEY}/20200101/{region}/{signs_as}/aws4_request"
        events.register("choose-signer", _unsigned)
        events.register("before-send", partial(self._send, scope, account))
        return client

    def _send(
        self, scope: str, account: str, request: AWSPreparedRequest, **_: object
    ) -> AWSResponse:
        # moto reads the region and the service from the scope, and does not check the signature.
        request.headers["Authorization"] = f"AWS4-HMAC-SHA256 Credential={scope}, Signature=0"
        request.headers[_MOTO_ACCOUNT] = account
        answer = self._moto.process_request(request)
        if answer is None:
            msg = f"the simulated AWS has nothing at {request.url}"
            raise LookupError(msg)
        status, headers, body = answer
        told: Any = headers
        return AWSResponse(str(request.url), status, told, MockRawResponse(body))


def _unsigned(**_: object) -> Any:
    return UNSIGNED
