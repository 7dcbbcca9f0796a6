from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from fireline.store.migrate import OURS, SchemaTooNew, migrate

_numbers = count(1)


@pytest.fixture
def empty(server: str) -> Iterator[str]:
    name = f"empty_{id(server)}_{next(_numbers)}"
    with psycopg.connect(server, autocommit=True) as db:
        db.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    yield make_conninfo(server, dbname=name)
    with psycopg.connect(server, autocommit=True) as db:
        db.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "0001_one.sql").write_text("create table one (id int);\n")
    return tmp_path


def tables(dsn: str) -> set[str]:
    with psycopg.connect(dsn) as db:
        told = db.execute("select tablename from pg_tables where schemaname = 'public'")
        return {row[0] for row in told}


def test_every_migration_is_applied_in_order_and_once(empty: str):
    assert migrate(empty) == sorted(file.stem for file in OURS.glob("*.sql"))
    assert migrate(empty) == []
    assert {"fact", "due", "outbox", "account"} <= tables(empty)


def test_nodes_that_start_at_once_share_the_work(empty: str):
    with ThreadPoolExecutor(4) as nodes:
        done = list(nodes.map(migrate, [empty] * 4))
    assert sorted(name for applied in done for name in applied) == sorted(
        file.stem for file in OURS.glob("*.sql")
    )


def test_a_migration_that_fails_leaves_nothing_and_is_tried_again(empty: str, folder: Path):
    second = folder / "0002_two.sql"
    second.write_text("create table two (id int);\nselect 1 / 0;\n")
    with pytest.raises(psycopg.errors.DivisionByZero):
        migrate(empty, folder)
    assert "one" in tables(empty)
    assert "two" not in tables(empty)
    second.write_text("create table two (id int);\n")
    assert migrate(empty, folder) == ["0002_two"]


def test_a_migration_is_remembered_in_the_transaction_that_applies_it(empty: str, folder: Path):
    # Ending the connection in the last statement is what a kill at the worst moment looks like.
    second = folder / "0002_two.sql"
    second.write_text(
        "create table two (id int);\nselect pg_terminate_backend(pg_backend_pid());\n"
    )
    with pytest.raises(psycopg.OperationalError):
        migrate(empty, folder)
    assert "two" not in tables(empty)
    second.write_text("create table two (id int);\n")
    assert migrate(empty, folder) == ["0002_two"]


def test_a_function_with_semicolons_in_it_stays_whole(empty: str, folder: Path):
    (folder / "0002_function.sql").write_text(
        "create function f() returns int language plpgsql as $$\n"
        "begin\n    perform 1;\n    return 100 % 7;\nend\n$$;\ncreate table two (id int);\n"
    )
    migrate(empty, folder)
    with psycopg.connect(empty) as db:
        assert db.execute("select f()").fetchone() == (2,)
    assert "two" in tables(empty)


def test_a_database_of_a_newer_fireline_is_refused_in_a_sentence(empty: str, folder: Path):
    newer = folder / "0002_newer.sql"
    newer.write_text("create table two (id int);\n")
    migrate(empty, folder)
    newer.unlink()
    with pytest.raises(SchemaTooNew, match=r"^The database has 1 migrations .*newer fireline.*\.$"):
        migrate(empty, folder)


def test_migrations_are_numbered_without_gaps_or_twins():
    numbers = [int(file.name[:4]) for file in sorted(OURS.glob("*.sql"))]
    assert numbers == list(range(1, len(numbers) + 1))
