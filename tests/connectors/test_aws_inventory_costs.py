"""What resources cost, from a report's file and from an answerer that stands for Cost Explorer.

No simulated AWS has Cost Explorer: the answerer here is ours, and says only what the API's model
allows, which botocore checks.
"""

import gzip
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

from fireline.connectors.aws.accounts import WayIn
from fireline.connectors.aws.costs import CostSource
from fireline.connectors.aws.inventory import AwsInventory
from fireline.connectors.aws.pace import Pace
from fireline.connectors.aws.session import Login
from fireline.core.values.secret import Secret
from fireline.ports.inventory import Account, Cost

ACCOUNT = Account("111122223333")
LEGACY_NAMES = (
    "identity/LineItemId",
    "lineItem/UsageAccountId",
    "lineItem/UsageStartDate",
    "lineItem/ResourceId",
    "lineItem/UnblendedCost",
    "lineItem/CurrencyCode",
)
NEWER_NAMES = (
    "identity_line_item_id",
    "line_item_usage_account_id",
    "line_item_usage_start_date",
    "line_item_resource_id",
    "line_item_unblended_cost",
    "line_item_currency_code",
)
LINES = """
a,111122223333,2026-11-02T00:00:00Z,i-1,0.5,USD
b,111122223333,2026-11-01T00:00:00Z,i-1,0.25,USD
c,111122223333,2026-11-03T00:00:00Z,arn:aws:s3:::shop,1e-7,USD
d,999988887777,2026-11-03T00:00:00Z,i-9,7,USD
e,111122223333,2026-11-03T00:00:00Z,,3,USD
f,111122223333,2026-11-03T00:00:00Z,i-2,a lot,USD
g,111122223333,soon,i-3,1,USD
"""
LEGACY, NEWER = (",".join(names) + LINES for names in (LEGACY_NAMES, NEWER_NAMES))


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
        pass


class CostExplorer:
    """Answers GetCostAndUsageWithResources with two pages; once refusing, it refuses all."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.refuses = False

    def __call__(self, environ: dict[str, Any], start: Any) -> list[bytes]:
        asked = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        target = environ["HTTP_X_AMZ_TARGET"].partition(".")[2]
        self.asked.append({"operation": target, **asked})
        if self.refuses:
            answer = {"__type": "DataUnavailableException", "Message": "not switched on"}
            start("400 Bad Request", [("Content-Type", "application/x-amz-json-1.1")])
            return [json.dumps(answer).encode()]
        second = "NextPageToken" in asked
        groups = [_group("i-1", "0.5"), _group("NoResourceId", "9")]
        if second:
            groups = [_group("i-1", "0.25"), _group("arn:aws:s3:::shop", "0.125")]
        day = {"TimePeriod": {"Start": "2026-11-01", "End": "2026-11-02"}, "Groups": groups}
        answer = {"ResultsByTime": [{**day, "Total": {}, "Estimated": True}]}
        if not second:
            answer["NextPageToken"] = "more"
        start("200 OK", [("Content-Type", "application/x-amz-json-1.1")])
        return [json.dumps(answer).encode()]


def _group(resource: str, amount: str) -> dict[str, Any]:
    return {"Keys": [resource], "Metrics": {"UnblendedCost": {"Amount": amount, "Unit": "USD"}}}


@pytest.fixture
def explorer() -> Iterator[tuple[CostExplorer, str]]:
    answerer = CostExplorer()
    server = make_server("127.0.0.1", 0, answerer, handler_class=_Quiet)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield answerer, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


async def _costs(source: CostSource, endpoint: str = "http://127.0.0.1:1") -> list[Cost]:
    way = WayIn("eu-west-1", Login("AKIAX", Secret("x")), endpoint, proxied=False)
    inventory = AwsInventory(way, Pace(None), costs=source)
    found = [cost async for cost in inventory.costs(ACCOUNT)]
    inventory.close()
    return found


@pytest.mark.parametrize("text", [LEGACY, NEWER], ids=["legacy", "newer"])
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "packed"])
async def test_a_report_in_a_file_gives_each_resource_its_sum(
    tmp_path: Path, text: str, packed: bool
) -> None:
    file = tmp_path / "report.csv"
    file.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    costs = await _costs(CostSource(report=file))
    assert [(cost.resource, cost.amount, cost.currency) for cost in costs] == [
        ("arn:aws:s3:::shop", Decimal("1e-7"), "USD"),
        ("i-1", Decimal("0.75"), "USD"),
    ]
    assert {cost.since.isoformat() for cost in costs} == {"2026-11-01T00:00:00+00:00"}
    assert {cost.account for cost in costs} == {ACCOUNT.id}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not,a,report\n1,2,3\n",
        gzip.compress(LEGACY.encode())[:-12],
        b"\x1f\x8bxx",
        b"\xff\xfe\n",
    ],
    ids=["empty", "another", "cut off", "not gzip", "not text"],
)
async def test_a_report_that_cannot_be_read_says_nothing(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "report.csv"
    file.write_bytes(content)
    assert await _costs(CostSource(report=file)) == []
    assert await _costs(CostSource(report=tmp_path / "missing.csv")) == []


async def test_without_either_nothing_is_said_and_nobody_is_asked(
    explorer: tuple[CostExplorer, str],
) -> None:
    answerer, endpoint = explorer
    assert await _costs(CostSource(), endpoint) == []
    assert answerer.asked == []


async def test_cost_explorer_is_asked_by_resource_for_the_days_it_knows(
    explorer: tuple[CostExplorer, str],
) -> None:
    answerer, endpoint = explorer
    costs = await _costs(CostSource(cost_explorer=True), endpoint)
    assert [(cost.resource, cost.amount) for cost in costs] == [
        ("arn:aws:s3:::shop", Decimal("0.125")),
        ("i-1", Decimal("0.75")),
    ]
    assert len(answerer.asked) == 2
    asked = answerer.asked[0]
    assert asked["operation"] == "GetCostAndUsageWithResources"
    assert asked["GroupBy"] == [{"Type": "DIMENSION", "Key": "RESOURCE_ID"}]
    assert asked["Filter"]["Dimensions"]["Values"] == [ACCOUNT.id]
    assert answerer.asked[1]["NextPageToken"] == "more"


async def test_half_of_cost_explorers_answer_is_no_answer(
    explorer: tuple[CostExplorer, str],
) -> None:
    answerer, endpoint = explorer
    answerer.refuses = True
    assert await _costs(CostSource(cost_explorer=True), endpoint) == []
