"""Stands in for a cluster's API server, at its wire: none can run where these tests do.

It speaks TLS with a certificate of the test's own authority, knows tokens and client certificates,
pages its lists and forgets where it was, and answers errors as an API server words them. What keeps
it honest is `kubernetes_published`: every object it holds, every request it takes and every answer
it gives is held against Kubernetes' published API. What it does beyond that is from the documents,
https://kubernetes.io/docs/reference/using-api/api-concepts/, and has not met a real server.
"""

import base64
import gzip
import json
import re
import ssl
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import yaml

from fireline.core.assets.kubernetes import TABLE
from tests.connectors import kubernetes_published as published
from tests.intake.authority import Papers

TOKEN = "a-token-of-the-tests"
WHO = "system:serviceaccount:fireline:fireline"
_REVIEWS = {"selfsubjectreviews", "selfsubjectaccessreviews"}
_GROUP = re.compile(r"/apis/([^/]+)/")
_PLACE = re.compile(r"(?P<root>/api/v1|/apis/[^/]+/v1)(/namespaces/(?P<space>[^/]+))?/(?P<rest>.+)")
_MODELS = {row.object: f"V1{row.object}" for row in TABLE.values()}
_REASONS = {400: "BadRequest", 401: "Unauthorized", 403: "Forbidden", 404: "NotFound"}
_REASONS |= {410: "Expired", 429: "TooManyRequests", 500: "InternalError"}


@dataclass
class Fault:
    """What goes wrong with requests for a resource, so many times."""

    resource: str
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes | None = None
    silent_seconds: float = 0
    cut: bool = False
    on_page: int = 1
    times: int = 1


@dataclass(frozen=True)
class Asked:
    """A request that was taken."""

    method: str
    path: str
    query: Mapping[str, str]
    accept: str = ""
    name: str = ""


class FakeCluster:
    """A cluster's API server, and what is in the cluster."""

    def __init__(self, papers: Papers, world: Iterable[Mapping[str, Any]] = ()) -> None:
        self.papers = papers
        self.objects: list[dict[str, Any]] = []
        self.denied: set[str] = set()
        self.may: set[tuple[str, str]] = set()
        self.missing_groups: set[str] = set()
        self.token = TOKEN
        self.who = WHO
        self.page = 500
        self.faults: list[Fault] = []
        self.asked: list[Asked] = []
        self.wrong: list[str] = []
        self.url = ""
        for each in world:
            self.add(each)

    def add(self, thing: Mapping[str, Any]) -> None:
        """Put an object into the cluster; one that no API server would hold fails the test."""
        published.check(thing, _MODELS[thing["kind"]])
        self.objects.append(dict(thing))

    def remove(self, kind: str, name: str) -> None:
        self.objects = [
            each
            for each in self.objects
            if (each["kind"], each["metadata"]["name"]) != (kind, name)
        ]

    def kubeconfig(self, folder: Path, **changes: Any) -> Path:
        """Write a kubeconfig with a token; `user`, `cluster` and `context` change their parts."""
        authority = base64.b64encode(self.papers.authority.read_bytes()).decode()
        cluster = {"server": self.url, "certificate-authority-data": authority}
        cluster |= changes.get("cluster", {})
        context = {"cluster": changes.get("name", "c"), "user": "u"}
        said = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": context["cluster"], "cluster": cluster}],
            "users": [{"name": "u", "user": changes.get("user", {"token": self.token})}],
            "contexts": [{"name": "here", "context": context}],
            "current-context": "here",
        }
        path = folder / "kubeconfig.yaml"
        path.write_text(yaml.safe_dump(said))
        return path

    @contextmanager
    def serving(self) -> Iterator["FakeCluster"]:
        """Serve until left. Whatever was not as published is said at the end."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.papers.certificate, self.papers.key)
        context.load_verify_locations(self.papers.authority)
        context.verify_mode = ssl.CERT_OPTIONAL
        server.socket = context.wrap_socket(server.socket, server_side=True)
        self.url = f"https://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
        assert self.wrong == []

    def fault_for(self, resource: str, page: int) -> Fault | None:
        for each in self.faults:
            if each.resource == resource and each.times and each.on_page == page:
                each.times -= 1
                return each
        return None


def _handler(cluster: FakeCluster) -> type[BaseHTTPRequestHandler]:
    class Handler(_Handler):
        pass

    Handler.cluster = cluster
    return Handler


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 5
    disable_nagle_algorithm = True
    cluster: FakeCluster

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's word
        pass

    def do_GET(self) -> None:
        self._take(None)

    def do_POST(self) -> None:
        self._take(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def _take(self, body: Any) -> None:
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        accept = self.headers.get("Accept", "")
        self.cluster.asked.append(Asked(self.command, parts.path, query, accept))
        operation = published.find(self.command, parts.path)
        if operation is None or set(query) - operation.query:
            self.cluster.wrong.append(f"{self.command} {self.path} is not published")
            self._send(404, b"404 page not found\n")
            return
        place = _PLACE.fullmatch(parts.path)
        resource = place["rest"].split("/")[0] if place else ""
        fault = self.cluster.fault_for(resource, 2 if query.get("continue") else 1)
        if fault is not None:
            self._fail(fault)
        elif not self._known():
            self._status(401, "Unauthorized")
        elif (group := _GROUP.match(parts.path)) and group[1] in self.cluster.missing_groups:
            self._send(404, b"404 page not found\n")
        elif place is None:
            self._answer(_version(), operation.model)
        elif resource in self.cluster.denied:
            words = f'{resource} is forbidden: User "{self.cluster.who}" cannot list resource'
            self._status(403, words, {"kind": resource})
        elif resource in _REVIEWS:
            self._answer(self._review(resource, body), operation.model, status=201)
        else:
            self._objects(place, query, operation)

    def _known(self) -> bool:
        peer = self.connection.getpeercert()
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        return bool(peer) or (scheme.lower() == "bearer" and token == self.cluster.token)

    def _review(self, resource: str, body: Any) -> dict[str, Any]:
        if resource == "selfsubjectreviews":
            who = {"username": self.cluster.who, "groups": ["system:authenticated"]}
            return {**body, "metadata": {}, "status": {"userInfo": who}}
        wanted = body["spec"]["resourceAttributes"]
        allowed = (wanted["verb"], wanted["resource"]) in self.cluster.may
        return {**body, "metadata": {}, "status": {"allowed": allowed}}

    def _objects(
        self, place: re.Match[str], query: Mapping[str, str], operation: published.Operation
    ) -> None:
        resource, _, name = place["rest"].partition("/")
        api = place["root"].removeprefix("/apis/").removeprefix("/api/")
        row = next(each for each in TABLE.values() if (each.api, each.resource) == (api, resource))
        held = sorted(
            (each for each in self.cluster.objects if each["kind"] == row.object),
            key=lambda each: (each["metadata"].get("namespace", ""), each["metadata"]["name"]),
        )
        if place["space"]:
            held = [each for each in held if each["metadata"]["namespace"] == place["space"]]
        if not name:
            self._list(row.object, api, held, query, operation)
            return
        for each in held:
            if each["metadata"]["name"] == name:
                self._answer(each, operation.model)
                return
        words = f'{resource} "{name}" not found'
        self._status(404, words, {"name": name, "kind": resource})

    def _list(
        self,
        kind: str,
        api: str,
        held: list[dict[str, Any]],
        query: Mapping[str, str],
        operation: published.Operation,
    ) -> None:
        held = [each for each in held if _selected(query.get("labelSelector", ""), each)]
        begin = json.loads(base64.b64decode(query.get("continue", "MA==")))
        size = min(int(query.get("limit", "100000")), self.cluster.page)
        page, rest = held[begin : begin + size], held[begin + size :]
        metadata: dict[str, Any] = {"resourceVersion": "4711"}
        if rest:
            token = base64.b64encode(json.dumps(begin + size).encode()).decode()
            metadata |= {"continue": token, "remainingItemCount": len(rest)}
        if "as=PartialObjectMetadataList" in self.headers.get("Accept", ""):
            self._metadata_only(metadata, page)
            return
        # What all items are is said once, and not by each.
        items = [
            {key: each[key] for key in each if key not in {"kind", "apiVersion"}} for each in page
        ]
        said = {"apiVersion": api, "kind": f"{kind}List", "metadata": metadata, "items": items}
        self._answer(said, operation.model)

    def _metadata_only(self, metadata: dict[str, Any], page: list[dict[str, Any]]) -> None:
        published.check(metadata, "V1ListMeta")
        said = {
            "apiVersion": "meta.k8s.io/v1",
            "kind": "PartialObjectMetadataList",
            "metadata": metadata,
            "items": [{"metadata": each["metadata"]} for each in page],
        }
        self._send(200, json.dumps(said).encode())

    def _answer(self, said: dict[str, Any], model: str, *, status: int = 200) -> None:
        try:
            published.check(said, model)
        except (AssertionError, ValueError) as wrong:
            self.cluster.wrong.append(f"an answer is not as published: {wrong}")
        self._send(status, json.dumps(said).encode())

    def _status(self, code: int, words: str, details: Mapping[str, str] | None = None) -> None:
        self._answer(status_of(code, words, details), "V1Status", status=code)

    def _fail(self, fault: Fault) -> None:
        time.sleep(fault.silent_seconds)
        if fault.cut:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")
            self.close_connection = True
            return
        body = fault.body
        if body is None:
            body = json.dumps(status_of(fault.status, "the fake's fault")).encode()
        self._send(fault.status or 200, body, fault.headers)

    def _send(self, code: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(code)
        if "gzip" in self.headers.get("Accept-Encoding", "") and len(body) > 1000:
            # As an API server does with what is large.
            body = gzip.compress(body, 1)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for key, value in (headers or {}).items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(body)


def status_of(code: int, words: str, details: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Word an error as an API server does."""
    said = {
        "apiVersion": "v1",
        "kind": "Status",
        "metadata": {},
        "status": "Failure",
        "message": words,
        "reason": _REASONS.get(code, "Unknown"),
        "code": code,
    }
    said |= {"details": dict(details)} if details else {}
    published.check(said, "V1Status")
    return said


def _version() -> dict[str, Any]:
    words = ("buildDate", "compiler", "gitCommit", "gitTreeState", "goVersion", "platform")
    return dict.fromkeys(words, "unknown") | {
        "major": "1",
        "minor": "27",
        "gitVersion": "v1.27.3",
    }


def _selected(selector: str, thing: Mapping[str, Any]) -> bool:
    """Judge a label selector as it is written in an address."""
    labels = thing["metadata"].get("labels", {})
    for each in re.findall(r"[^,(]+(?:\([^)]*\))?", selector):
        if match := re.fullmatch(r"(\S+) (in|notin) \((.*)\)", each):
            listed = labels.get(match[1]) in match[3].split(",")
            if listed is not (match[2] == "in"):
                return False
        elif each.startswith("!"):
            if each[1:] in labels:
                return False
        elif each not in labels:
            return False
    return True
