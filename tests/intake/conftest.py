"""One fireline for all tests of a module, for those that each bring a source of their own."""

from collections.abc import AsyncIterator, Iterator
from itertools import count

import httpx2
import pytest

from tests.databases import Databases
from tests.intake import opsgenie_http
from tests.intake.taking import Intake, taking

_numbers = count(1)


@pytest.fixture(scope="module")
def shared_dsn(databases: Databases) -> Iterator[str]:
    """Lend a migrated database to this module alone."""
    with databases.lent() as dsn:
        yield dsn


@pytest.fixture(scope="module")
async def shared_intake(
    shared_dsn: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Intake]:
    async with taking(shared_dsn, tmp_path_factory.mktemp("intake")) as running:
        yield running


@pytest.fixture(scope="module")
async def opsgenie_house(
    shared_dsn: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Intake]:
    """One fireline with the people and schedules that Opsgenie's clients ask for."""
    folder = tmp_path_factory.mktemp("opsgenie")
    async with taking(shared_dsn, folder, files=opsgenie_http.PLAN) as running:
        yield running


@pytest.fixture
async def http(opsgenie_house: Intake) -> AsyncIterator[httpx2.AsyncClient]:
    """Speak to it as a source of this test's own."""
    key = await opsgenie_house.source("opsgenie", name=f"http-{next(_numbers)}")
    async with opsgenie_http.client(opsgenie_house, key) as opened:
        yield opened
