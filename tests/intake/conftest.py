"""One fireline for all tests of a module, for those that each bring a source of their own."""

import os
from collections.abc import AsyncIterator, Iterator
from itertools import count

import httpx2
import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tests.intake import opsgenie_http
from tests.intake.taking import Intake, taking

_numbers = count(1)


@pytest.fixture(scope="module")
def shared_dsn(server: str, migrated: str) -> Iterator[str]:
    """Make a migrated database for this module alone."""
    name = f"intake_{os.getpid()}_{next(_numbers)}"
    template = str(conninfo_to_dict(migrated)["dbname"])
    with psycopg.connect(server, autocommit=True) as db:
        made = sql.SQL("create database {} template {}")
        db.execute(made.format(sql.Identifier(name), sql.Identifier(template)))
    yield make_conninfo(server, dbname=name)
    with psycopg.connect(server, autocommit=True) as db:
        db.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


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
