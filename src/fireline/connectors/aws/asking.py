"""Asking AWS at a pace: every page, again after weather, and counted.

All of it blocks, in threads of its own. What cannot be had raises one of `RAISED`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from threading import Lock
from typing import Any, cast

from botocore import xform_name
from botocore.paginate import Paginator

from fireline.connectors.aws.accounts import AccountClients
from fireline.connectors.aws.looking_outcomes import (
    RAISED,
    TooManyCallsError,
    UnknownOperationError,
    could_not_look,
    is_throttled,
    may_pass,
)
from fireline.connectors.aws.pace import Bucket, Pace
from fireline.connectors.aws.session import Client
from fireline.ports.inventory import CouldNotLook, Why

_TRIES = 5
_TRIES_IN_WEATHER = 2
_REST_SECONDS = 0.2
# A listing that never ends is a fault of the other side; at 100 rows a page this is 200,000 rows.
MAX_PAGES = 2_000

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ask:
    """One question to AWS. `region` is empty for what the whole account has.

    `next_page` is the parameter, and what the answer calls it, of pages botocore does not know.
    """

    service: str
    operation: str
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])
    region: str = ""
    next_page: str = ""

    @property
    def where(self) -> str:
        """Say where it is asked, for a person."""
        return self.region or "the account"


class Asking:
    """Asks for one account, on one errand. `calls` counts every request that was sent."""

    def __init__(self, clients: AccountClients, pace: Pace, *, most: int | None = None) -> None:
        self.clients = clients
        self.account = clients.account.id
        self.calls = 0
        self._pace, self._most = pace, most
        self._asked = 0
        self._counting = Lock()

    def ask(self, ask: Ask) -> Answer:
        """Ask once, and again after weather or throttling."""
        client = self._client(ask)
        method = getattr(client, xform_name(ask.operation))
        return self._answered(partial(method, **ask.parameters), self._bucket(ask))

    def pages(self, ask: Ask) -> Iterator[Answer]:
        """Give every page of a listing; the one answer of an operation that has no pages."""
        client, bucket = self._client(ask), self._bucket(ask)
        name = xform_name(ask.operation)
        method = getattr(client, name)
        if not client.can_paginate(name):
            yield from self._pages_by_hand(ask, method, bucket)
            return

        def paced(**parameters: Any) -> Answer:
            return self._answered(partial(method, **parameters), bucket)

        model = client.meta.service_model
        loader = self.clients.core.get_component("data_loader")
        pagers = loader.load_service_model(ask.service, "paginators-1", model.api_version)
        pager = pagers["pagination"][ask.operation]
        made = cast("Any", Paginator)
        paginator = made(paced, pager, model.operation_model(ask.operation))
        for number, page in enumerate(paginator.paginate(**ask.parameters)):
            if number >= MAX_PAGES:
                msg = f"{ask.operation} gave more than {MAX_PAGES} pages"
                raise ValueError(msg)
            yield page

    def _pages_by_hand(
        self, ask: Ask, method: Callable[..., Answer], bucket: Bucket
    ) -> Iterator[Answer]:
        parameters = dict(ask.parameters)
        for _ in range(MAX_PAGES):
            answer = self._answered(partial(method, **parameters), bucket)
            yield answer
            token = answer.get(ask.next_page) if ask.next_page else None
            # One that repeats itself would never end.
            if not token or token == parameters.get(ask.next_page):
                return
            parameters[ask.next_page] = token

    def rest(self, seconds: float) -> None:
        """Wait for something AWS is making."""
        self._pace.rest(seconds)

    def left(self) -> int:
        """Return how many more questions this errand may ask."""
        return MAX_PAGES if self._most is None else max(0, self._most - self._asked)

    def why_not(self, error: Exception, ask: Ask) -> CouldNotLook:
        """Say why a question could not be answered."""
        why = could_not_look(error, ask.where, role=self.clients.account.role_arn)
        if why.why is Why.UNREACHABLE and not self.clients.serves(ask.service, ask.region):
            return CouldNotLook(Why.UNSUPPORTED, f"{ask.service} is not offered in {ask.where}")
        return why

    def _client(self, ask: Ask) -> Client:
        client = self.clients.client(ask.service, ask.region)
        if xform_name(ask.operation) not in client.meta.method_to_api_mapping:
            raise UnknownOperationError(service=ask.service, operation=ask.operation)
        return client

    def _bucket(self, ask: Ask) -> Bucket:
        return self._pace.bucket(self.account, ask.region, ask.service)

    def _answered(self, method: Callable[[], Answer], bucket: Bucket) -> Answer:
        with self._counting:
            if not self.left():
                raise TooManyCallsError(most=self._most)
            self._asked += 1
        for tried in range(1, _TRIES + 1):
            self._pace.wait(bucket)
            with self._counting:
                self.calls += 1
            try:
                answer = method()
            except RAISED as error:
                if is_throttled(error):
                    bucket.throttled()
                elif tried >= _TRIES_IN_WEATHER or not may_pass(error):
                    raise
                else:
                    self._pace.rest(_REST_SECONDS)
                if tried == _TRIES:
                    raise
            else:
                bucket.answered()
                return answer
        raise AssertionError
