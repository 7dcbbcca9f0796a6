"""Clusters as an inventory: everything listed page by page, or one object read again.

An account is a cluster and a part one kind of object in all its namespaces. A few questions are
asked of one cluster at a time, and a server that asks for patience gets it.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, cast
from urllib.parse import quote

from fireline.connectors.kubernetes.access import (
    Client,
    ClusterAccess,
    NoAccessError,
    account_of_nodes,
    close_client,
    open_client,
)
from fireline.connectors.kubernetes.asking import (
    ONLY_METADATA,
    WHAT_MAY_I,
    WHO_AM_I,
    NoAnswer,
    Question,
    ask,
)
from fireline.connectors.kubernetes.reading import (
    OddObjectError,
    asset_of,
    is_kept,
    selected,
)
from fireline.core.assets.asset import Asset
from fireline.core.assets.kubernetes import NETWORK_POLICY, POD, SERVICE, TABLE, KubernetesType
from fireline.core.assets.kubernetes_links import MAX_LINKS, Cluster
from fireline.core.assets.kubernetes_selector import Selector, selector_of
from fireline.core.assets.ref import AssetRef
from fireline.core.values.json import JsonObject
from fireline.ports.inventory import (
    Account,
    Cost,
    CouldNotLook,
    Looked,
    Part,
    Probed,
    Reread,
    Why,
)

PAGE = 500
MAX_PAGES = 1000
TRIES = 3
MAX_PATIENCE_SECONDS = 20.0
_SECONDS_FOR_AN_ANSWER = 60
_AT_ONCE = 4
_THREADS = 8
_NOT_KNOWN = 401
_GONE = 410
_DENIED_OR_OLD = frozenset({403, 404})
_SELECTING = frozenset({SERVICE, NETWORK_POLICY})
_NOBODY = "system:anonymous"
# What a reader of this inventory has no use for.
_TOO_MUCH = (
    ("read secrets", {"verb": "get", "resource": "secrets"}),
    ("start pods", {"verb": "create", "resource": "pods"}),
    ("do anything", {"verb": "*", "resource": "*", "group": "*"}),
)


@dataclass(slots=True)
class _Open:
    """A cluster, its client once there is one, and how many ask it at a time."""

    access: ClusterAccess
    client: Client = None
    cluster: Cluster = field(default_factory=lambda: Cluster(""))
    opening: asyncio.Lock = field(default_factory=asyncio.Lock)
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))


class KubernetesInventory:
    """Looks at the clusters it was given access to."""

    def __init__(self, clusters: Iterable[ClusterAccess]) -> None:
        self._open = {each.name: _Open(each) for each in clusters}
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="kubernetes")

    def close(self) -> None:
        """Close every connection."""
        for each in self._open.values():
            _let_go(each)
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def probe(self, account: Account) -> Probed | CouldNotLook:
        """Ask the cluster who fireline is there, and say what it may do that it need not."""
        asking = self._asking(account)
        if isinstance(asking, CouldNotLook):
            return asking
        review = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
        answer = await asking.ask(Question(WHO_AM_I, review=review))
        if isinstance(answer, NoAnswer):
            # Clusters before 1.28 cannot say who somebody is; all can say what they are.
            return await _probe_old(asking) if answer.status in _DENIED_OR_OLD else _missed(answer)
        name = _mapping(_mapping(answer.get("status")).get("userInfo")).get("username")
        if not isinstance(name, str) or not name:
            return CouldNotLook(Why.UNREADABLE, "the cluster did not say who fireline is")
        if name == _NOBODY:
            return CouldNotLook(
                Why.CREDENTIALS, "the cluster takes fireline for nobody in particular"
            )
        too_much = [words for words, what in _TOO_MUCH if await _may(asking, what)]
        if not too_much:
            return Probed(name)
        return Probed(f"{name}, who may also {', '.join(too_much)}, which fireline does not need")

    async def parts(self, account: Account) -> Sequence[Part] | CouldNotLook:
        """List the kinds of object there are, the cheapest first. Asks nothing."""
        if account.id not in self._open:
            return _unknown(account)
        return tuple(Part(account.id, "", kind) for kind in TABLE)

    async def look(self, account: Account, part: Part) -> Looked | CouldNotLook:
        """List every object of one kind, in all namespaces."""
        asking = self._asking(account)
        if isinstance(asking, CouldNotLook):
            return asking
        row = TABLE.get(part.listing)
        if row is None:
            return CouldNotLook(Why.UNSUPPORTED, f"fireline does not read {part.listing}")
        listed = await asking.list(Question(_address(row)))
        if isinstance(listed, NoAnswer):
            return _missed(listed)
        cluster = asking.cluster
        try:
            assets = [asset_of(row, each, cluster) for each in listed if not is_kept(row, each)]
        except OddObjectError as odd:
            return CouldNotLook(Why.UNREADABLE, str(odd))
        if row.kind in _SELECTING and (wanted := _selectors(assets)):
            pods = await asking.list(Question(_address(TABLE[POD]), accept=ONLY_METADATA))
            assets = [_linked(each, wanted.get(each.ref), pods, cluster) for each in assets]
        return Looked((row.kind,), tuple(assets), asking.calls)

    async def reread(self, account: Account, ref: AssetRef) -> Reread | CouldNotLook:
        """Read one object again: one call, and one more where it selects pods."""
        asking = self._asking(account)
        if isinstance(asking, CouldNotLook):
            return asking
        row = TABLE.get(ref.kind)
        if row is None:
            return CouldNotLook(Why.UNSUPPORTED, f"fireline does not read {ref.kind}")
        path = _address(row, ref.id)
        if path is None:
            return CouldNotLook(Why.UNREADABLE, f"{ref.id} is not the name of a {row.object}")
        said = await asking.ask(Question(path))
        if isinstance(said, NoAnswer) and not said.names:
            return _missed(said)
        asset = None if isinstance(said, NoAnswer) else await _one(asking, row, said)
        if isinstance(asset, CouldNotLook):
            return asset
        return Reread(ref, asset, asking.calls)

    async def costs(self, account: Account) -> AsyncIterator[Cost]:  # noqa: ARG002 - the port's
        """Give nothing: a cluster does not know what it costs."""
        for nothing in cast("tuple[Cost, ...]", ()):
            yield nothing

    def _asking(self, account: Account) -> "_Asking | CouldNotLook":
        found = self._open.get(account.id)
        return _unknown(account) if found is None else _Asking(found, self._threads)


class _Asking:
    """The questions of one errand in one cluster, counted."""

    def __init__(self, open_: _Open, threads: ThreadPoolExecutor) -> None:
        self._open = open_
        self._threads = threads
        self.calls = 0

    @property
    def cluster(self) -> Cluster:
        """The cluster's name, and whose machines its nodes are."""
        return self._open.cluster

    async def ask(self, question: Question) -> JsonObject | NoAnswer:
        """Ask, and once or twice more where the server says when."""
        renewed = False
        for tries in range(1, TRIES + 1):
            answer = await self._once(question)
            if not isinstance(answer, NoAnswer):
                return answer
            if answer.status == _NOT_KNOWN:
                _let_go(self._open)
                if not renewed and tries < TRIES:
                    # The file may have a newer credential than the one that was read.
                    renewed = True
                    continue
            wait = answer.again_seconds
            if wait is None or wait > MAX_PATIENCE_SECONDS or tries == TRIES:
                return answer
            await asyncio.sleep(wait)
        raise AssertionError

    async def list(self, question: Question) -> Sequence[JsonObject] | NoAnswer:
        """List to the last page. A list that grew too old on the way is begun again, once."""
        listed = await self._pages(question)
        if isinstance(listed, NoAnswer) and listed.status == _GONE:
            listed = await self._pages(question)
        return listed

    async def _pages(self, question: Question) -> Sequence[JsonObject] | NoAnswer:
        found: list[JsonObject] = []
        token = ""
        for _ in range(MAX_PAGES):
            paging = {"limit": str(PAGE)} | ({"continue": token} if token else {})
            answer = await self.ask(replace(question, query={**question.query, **paging}))
            if isinstance(answer, NoAnswer):
                return answer
            items = answer.get("items")
            if not isinstance(items, list):
                return NoAnswer(Why.UNREADABLE, "a list has no items")
            found += cast("list[JsonObject]", items)
            rest = _mapping(answer.get("metadata")).get("continue")
            if not isinstance(rest, str) or not rest:
                return found
            token = rest
        return NoAnswer(Why.UNREADABLE, f"a list has more than {MAX_PAGES} pages")

    async def _once(self, question: Question) -> JsonObject | NoAnswer:
        loop = asyncio.get_running_loop()
        async with self._open.turns:
            try:
                client = await self._client()
            except NoAccessError as refused:
                return NoAnswer(Why.CREDENTIALS, str(refused))
            self.calls += 1
            try:
                async with asyncio.timeout(_SECONDS_FOR_AN_ANSWER):
                    return await loop.run_in_executor(self._threads, ask, client, question)
            except TimeoutError:
                said = f"no whole answer within {_SECONDS_FOR_AN_ANSWER} seconds"
                return NoAnswer(Why.UNREACHABLE, said)

    async def _client(self) -> Client:
        async with self._open.opening:
            if self._open.client is None:
                loop = asyncio.get_running_loop()
                access = self._open.access
                nodes = await loop.run_in_executor(self._threads, account_of_nodes, access)
                self._open.cluster = Cluster(access.name, nodes)
                self._open.client = await loop.run_in_executor(self._threads, open_client, access)
            return self._open.client


async def _probe_old(asking: _Asking) -> Probed | CouldNotLook:
    answer = await asking.ask(Question("/version/"))
    if isinstance(answer, NoAnswer):
        return _missed(answer)
    return Probed(f"somebody (Kubernetes {answer.get('gitVersion')} does not say who)")


async def _may(asking: _Asking, what: Mapping[str, str]) -> bool:
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": dict(what)},
    }
    answer = await asking.ask(Question(WHAT_MAY_I, review=review))
    if isinstance(answer, NoAnswer):
        return False
    return _mapping(answer.get("status")).get("allowed") is True


async def _one(
    asking: _Asking, row: KubernetesType, said: JsonObject
) -> Asset | CouldNotLook | None:
    if is_kept(row, said):
        return None
    try:
        asset = asset_of(row, said, asking.cluster)
    except OddObjectError as odd:
        return CouldNotLook(Why.UNREADABLE, str(odd))
    selector = selector_of(row.kind, asset.config)
    if selector is None:
        return asset
    return _linked(asset, selector, await _pods_of(asking, selector), asking.cluster)


async def _pods_of(asking: _Asking, selector: Selector) -> Sequence[JsonObject] | NoAnswer:
    query = {"limit": str(MAX_LINKS)}
    if str(selector):
        query["labelSelector"] = str(selector)
    path = f"/api/v1/namespaces/{quote(selector.namespace, safe='')}/pods"
    answer = await asking.ask(Question(path, query, ONLY_METADATA))
    if isinstance(answer, NoAnswer):
        return answer
    items = answer.get("items")
    return cast("list[JsonObject]", items) if isinstance(items, list) else ()


def _selectors(assets: Iterable[Asset]) -> dict[AssetRef, Selector]:
    found = ((each.ref, selector_of(each.ref.kind, each.config)) for each in assets)
    return {ref: selector for ref, selector in found if selector is not None}


def _linked(
    asset: Asset, selector: Selector | None, pods: Sequence[JsonObject] | NoAnswer, cluster: Cluster
) -> Asset:
    if selector is None:
        return asset
    if isinstance(pods, NoAnswer):
        # Not knowing which pods is not the same as none.
        return replace(asset, unread={**asset.unread, "selects": pods.said})
    return replace(asset, links=(*asset.links, *selected(selector, pods, cluster)))


def _address(row: KubernetesType, id_: str | None = None) -> Any:
    root = f"/apis/{row.api}" if row.group else f"/api/{row.api}"
    if id_ is None:
        return f"{root}/{row.resource}"
    space, slash, name = id_.partition("/") if row.namespaced else ("", "", id_)
    if row.namespaced and not slash:
        return None
    # Names come from logs, too. As a path of dots one would lead somewhere else.
    if any(not each or set(each) == {"."} or "/" in each for each in (name, space or name)):
        return None
    inside = f"/namespaces/{quote(space, safe='')}" if row.namespaced else ""
    return f"{root}{inside}/{row.resource}/{quote(name, safe='')}"


def _let_go(open_: _Open) -> None:
    client, open_.client = open_.client, None
    if client is not None:
        close_client(client)


def _unknown(account: Account) -> CouldNotLook:
    said = f"FIRELINE_KUBERNETES_CLUSTERS has no cluster {account.id}"
    return CouldNotLook(Why.CREDENTIALS, said)


def _missed(answer: NoAnswer) -> CouldNotLook:
    return CouldNotLook(answer.why, answer.said)


def _mapping(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}
