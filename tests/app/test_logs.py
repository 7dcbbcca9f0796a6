import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from fireline.app.logs import set_up
from fireline.core.values.secret import Secret


@pytest.fixture(autouse=True)
def put_back() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_line_for_machines_is_an_event_and_its_fields(capsys):
    set_up("json")
    structlog.get_logger("test").info("alert.grouped", alert="A-1", count=2)
    (line,) = lines(capsys)
    assert (line["event"], line["alert"], line["count"]) == ("alert.grouped", "A-1", 2)
    assert line["level"] == "info"
    assert line["timestamp"].endswith("Z")


def test_what_libraries_log_has_the_same_form(capsys):
    set_up("json")
    logging.getLogger("psycopg.pool").warning("connection %s lost", 7)
    (line,) = lines(capsys)
    assert (line["event"], line["level"]) == ("connection 7 lost", "warning")


@pytest.mark.parametrize("how", ["text", "json"])
def test_a_secret_is_dots_in_every_form(capsys, how):
    set_up(how)
    structlog.get_logger("test").info("mail.configured", password=Secret("hush"))
    told = capsys.readouterr().err
    assert "mail.configured" in told
    assert "hush" not in told


def test_a_bug_is_logged_with_its_trace(capsys):
    set_up("json")
    try:
        1 / 0  # noqa: B018 - the error is the point
    except ZeroDivisionError:
        structlog.get_logger("test").exception("worker.failed")
    (line,) = lines(capsys)
    assert "ZeroDivisionError" in line["exception"]


def test_quiet_leaves_out_that_all_is_well(capsys):
    set_up("json", quiet=True)
    structlog.get_logger("test").info("intake.started")
    assert lines(capsys) == []
    structlog.get_logger("test").warning("auditor.late")
    assert len(lines(capsys)) == 1
