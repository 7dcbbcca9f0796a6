"""Every query parses on the migrated schema and returns what its row type says.

A store module `x.py` beside `x.sql` declares `ROWS`: query name → row dataclass, or `None` for a
query that returns no rows. A column the table lets be null, but this query cannot return as null,
is excused by `NEVER_NULL: dict[tuple[query, column], reason]` in the module.
"""

import importlib
import pkgutil
import re
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from importlib import resources
from uuid import UUID

import psycopg
import pytest

import fireline.store
from fireline.store.queries import load

_SCALARS = {
    UUID: {"uuid"},
    str: {"text"},
    int: {"int4", "int8"},
    float: {"float8"},
    bool: {"bool"},
    bytes: {"bytea"},
    datetime: {"timestamptz"},
    timedelta: {"interval"},
    date: {"date"},
    time: {"time"},
    Decimal: {"numeric"},
    dict: {"jsonb"},
    Mapping: {"jsonb"},
    list: {"jsonb"},
    object: {"jsonb"},
    typing.Any: {"jsonb"},
}
# Leases, the house's own clock, and the keeper, whose statement is a transaction of its own, read
# the database's; every other query is told the time.
_MAY_READ_THE_CLOCK = {"due", "keeper", "moment"}
_CLOCKS = re.compile(r"\b(now\(\)|current_timestamp|(clock|transaction|statement)_timestamp\(\))")


@dataclass(frozen=True)
class Query:
    room: str
    name: str
    text: str
    row: type | None
    never_null: Mapping[tuple[str, str], str]

    def __str__(self) -> str:
        return f"{self.room}.{self.name}"


def _files() -> dict[str, dict[str, str]]:
    names = [file.name for file in resources.files("fireline.store").iterdir()]
    return {
        name.removesuffix(".sql"): dict(load(name))
        for name in sorted(names)
        if name.endswith(".sql") and name != "schema.sql"
    }


def _queries() -> list[Query]:
    found = []
    modules = {module.name for module in pkgutil.iter_modules(fireline.store.__path__)}
    for room, texts in _files().items():
        module = importlib.import_module(f"fireline.store.{room}") if room in modules else None
        rows = getattr(module, "ROWS", {})
        never = getattr(module, "NEVER_NULL", {})
        found += [
            Query(room, name, texts[name], rows[name], never) for name in texts if name in rows
        ]
    return found


QUERIES = _queries()


def _positional(text: str) -> str:
    """Turn psycopg's named parameters into the server's numbered ones."""
    names: list[str] = []

    def numbered(found: re.Match[str]) -> str:
        if found[1] not in names:
            names.append(found[1])
        return f"${names.index(found[1]) + 1}"

    return re.sub(r"%\((\w+)\)[sb]", numbered, text).replace("%%", "%").rstrip().rstrip(";")


def _without_comments(text: str) -> str:
    return re.sub(r"--[^\n]*", "", text).lower()


def _wanted(annotation: object) -> tuple[set[str], bool]:
    """Return the database types a field may hold, and whether it may hold null."""
    union = isinstance(annotation, types.UnionType) or typing.get_origin(annotation) is typing.Union
    parts = typing.get_args(annotation) if union else (annotation,)
    kept = [part for part in parts if part is not types.NoneType]
    if len(kept) > 1:  # a union of JSON shapes
        return {"jsonb"}, types.NoneType in parts
    (kind,) = kept
    kind = getattr(kind, "__supertype__", kind)
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (list, tuple):
        element = getattr(arguments[0], "__supertype__", arguments[0])
        arrays = {f"_{name}" for name in _SCALARS.get(element, set())}
        return arrays | {"jsonb"}, types.NoneType in parts
    return _SCALARS[origin or kind], types.NoneType in parts


@dataclass(frozen=True)
class Column:
    name: str
    type: str
    may_be_null: bool | None  # None: an expression, of which the server does not say


def _columns(db: psycopg.Connection, text: str) -> list[Column]:
    prepared = db.pgconn.prepare(b"q", _positional(text).encode())
    assert not prepared.error_message, prepared.error_message.decode()
    shape = db.pgconn.describe_prepared(b"q")
    found = []
    for n in range(shape.nfields):
        told = db.execute(
            "select t.typname, a.attnotnull from pg_type t left join pg_attribute a"
            " on a.attrelid = %s and a.attnum = %s where t.oid = %s",
            (shape.ftable(n), shape.ftablecol(n), shape.ftype(n)),
        ).fetchone()
        assert told is not None
        null = None if told[1] is None else not told[1]
        found.append(Column((shape.fname(n) or b"").decode(), told[0], null))
    return found


@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_query_returns_its_row(migrated: str, query: Query):
    with psycopg.connect(migrated) as db:
        columns = _columns(db, query.text)
    if query.row is None:
        assert columns == [], "it returns rows: give it a row type"
        return
    assert is_dataclass(query.row)
    hints = typing.get_type_hints(query.row)
    names = [field.name for field in fields(query.row) if field.init]
    assert sorted(column.name for column in columns) == sorted(names)
    outer = re.search(r"\b(left|right|full)( outer)? join\b", _without_comments(query.text))
    for column in columns:
        types_, nullable = _wanted(hints[column.name])
        assert column.type in types_, f"{column.name} is {column.type} in the database"
        if column.may_be_null and (query.name, column.name) not in query.never_null:
            assert nullable, f"{column.name} can be null in the table"
        if column.may_be_null is False and not outer:
            assert not nullable, f"{column.name} is never null in the table"


@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_query_has_a_limit_when_it_lists(query: Query):
    text = _without_comments(query.text)
    lists = query.row is not None and re.search(r"\bselect\b[^;]*\bfrom\b", text, re.DOTALL)
    writes = re.search(
        r"\b(insert into|update|delete from)\b(?! skip)", text.replace("for update", "")
    )
    if lists and not writes:
        assert re.search(r"\blimit\b", text), "a query that lists has a limit"


@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_query_is_told_the_time(query: Query):
    if query.room not in _MAY_READ_THE_CLOCK:
        assert not _CLOCKS.search(_without_comments(query.text)), "take %(now)s instead"


@pytest.mark.parametrize("room", sorted(_files()))
def test_every_query_has_a_row_or_says_it_has_none(room: str):
    module = importlib.import_module(f"fireline.store.{room}")
    assert set(module.ROWS) == set(_files()[room])


def test_the_contract_sees_the_queries():
    assert len(QUERIES) > 10


@pytest.mark.parametrize("room", sorted(_files()))
def test_arrays_are_passed_in_binary(room: str):
    passed = re.compile(r"%\(\w+\)s::(?:text|bytea|uuid|timestamptz)\[\]")
    assert [text for text in _files()[room].values() if passed.search(text)] == []
