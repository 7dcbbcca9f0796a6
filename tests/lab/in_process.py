"""Real boto3 against the simulated AWS without a socket: hundreds of calls in seconds."""

import io
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse, HeadersDict
from botocore.config import Config
from moto.moto_api._internal import mock_random
from moto.moto_api._internal.models import moto_api_backend

from fireline.lab.aws.application import SimulatedAws
from fireline.lab.aws.faults import Faults
from fireline.lab.aws.identify import Register
from fireline.lab.aws.record import Served, is_selected, write_records
from fireline.lab.aws.settings import Cloud, Record

HAND = "LABHAND"
ACCOUNT = "111122223333"
REGION = "eu-central-1"
_SESSION = boto3.session.Session()


class _Raw(io.BytesIO):
    def stream(self, amount: int = 65_536, **_: object) -> Iterator[bytes]:
        while chunk := self.read(amount):
            yield chunk


class InProcess:
    """A simulated AWS, empty at first, and clients of it."""

    def __init__(self, cloud: Cloud | None = None, *, seed: int | None = None) -> None:
        moto_api_backend.reset()
        if seed is not None:
            mock_random.seed(seed)
        self.cloud, self.register = cloud or Cloud(), Register()
        self.register.own[HAND] = ACCOUNT
        self.faults = Faults(0)
        self.aws = SimulatedAws(self.register, self.faults, self._told, self.cloud)
        self._clients: dict[tuple[str, str, str], Any] = {}

    @property
    def records(self) -> list[Record]:
        return list(self.cloud.history)

    def client(
        self, service: str, key: str = HAND, *, region: str = REGION, token: str | None = None
    ) -> Any:
        """Return a client with a key; the lab looks at no secret."""
        wanted = (service, key, region)
        if wanted not in self._clients:
            self._clients[wanted] = self._connect(service, key, region, token)
        return self._clients[wanted]

    def user(self, name: str, policies: Mapping[str, str] | None = None) -> str:
        """Make a user; return a key of theirs."""
        iam = self.client("iam")
        iam.create_user(UserName=name)
        for policy, document in (policies or {}).items():
            iam.put_user_policy(UserName=name, PolicyName=policy, PolicyDocument=document)
        return iam.create_access_key(UserName=name)["AccessKey"]["AccessKeyId"]

    def _told(self, served: Served) -> None:
        if is_selected(served.call, "the-trail"):
            self.cloud.history.extend(write_records(served, self.cloud.ids))

    def _connect(self, service: str, key: str, region: str, token: str | None) -> Any:
        client: Any = _SESSION.client(
            service,  # pyright: ignore[reportArgumentType] - any service, by its name
            region_name=region,
            endpoint_url="http://127.0.0.1:1",
            aws_access_key_id=key,
            aws_secret_access_key="x",
            aws_session_token=token,
            config=Config(retries={"total_max_attempts": 1}),
        )
        client.meta.events.register("before-send", self._send)
        return client

    def _send(self, request: AWSPreparedRequest, **_: object) -> AWSResponse:
        heard: list[tuple[str, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], *_: object) -> Callable[..., None]:
            heard.append((status, headers))
            return print

        body = b"".join(self.aws(_environ(request), start))
        status, headers = heard[0]
        raw: Any = _Raw(body)
        return AWSResponse(request.url, int(status.split()[0]), HeadersDict(headers), raw)


def _environ(request: AWSPreparedRequest) -> dict[str, Any]:
    url = urlsplit(str(request.url))
    body: Any = request.body or b""
    body = body.read() if hasattr(body, "read") else body
    body = body.encode() if isinstance(body, str) else body
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(url.path).encode().decode("latin1") or "/",
        "RAW_URI": f"{url.path}?{url.query}" if url.query else url.path,
        "QUERY_STRING": url.query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": url.netloc,
    }
    for name, value in request.headers.items():
        key = name.upper().replace("-", "_")
        text = value.decode() if isinstance(value, bytes) else value
        environ[key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"] = text
    return {**environ, "CONTENT_LENGTH": str(len(body))}
