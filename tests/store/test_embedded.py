"""The embedded server, started and killed for real."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from fireline.store import embedded
from fireline.store.embedded import EmbeddedFailed, EmbeddedPostgres, find_programs
from fireline.store.postmaster import Lockfile, clear_stale

Start = Callable[..., EmbeddedPostgres]
# The ways a server is kept from being root; only root can try both.
WAYS = [True, False] if os.geteuid() == 0 else [True]
# A fireline that starts a server, says so, and waits to be killed.
NODE = """
import sys, time
from pathlib import Path
from fireline.store.embedded import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]), durable=False, namespaces=sys.argv[2] == "True")
print(server.start(), server.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    made: list[EmbeddedPostgres] = []

    def begin(folder: Path | None = None, **how) -> EmbeddedPostgres:
        made.append(EmbeddedPostgres(folder or tmp_path / "db", **{"durable": False, **how}))
        return made[-1]

    yield begin
    for server in made:
        server.stop()


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def is_root(pid: int | None) -> bool:
    """Say whether a process is root in its own eyes, which is where PostgreSQL looks."""
    inside, outside, _ = Path(f"/proc/{pid}/uid_map").read_text().split()
    owner = Path(f"/proc/{pid}").stat().st_uid
    return owner == 0 and inside == outside == "0"


def gone_soon(pid: int) -> bool:
    deadline = time.monotonic() + 10
    while running(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not running(pid)


@pytest.mark.parametrize("namespaces", WAYS)
def test_it_starts_keeps_its_rows_and_its_secrets(start: Start, tmp_path: Path, namespaces: bool):
    server = start(namespaces=namespaces)
    dsn = server.start()
    with psycopg.connect(dsn) as db:
        assert db.info.host == "127.0.0.1"
        db.execute("create table kept (id int)")
        assert db.execute("show listen_addresses").fetchone() == ("127.0.0.1",)
        assert db.execute("show server_encoding").fetchone() == ("UTF8",)
    assert not is_root(server.pid)
    server.stop()
    assert (tmp_path / "db").stat().st_mode & 0o777 == 0o700
    for file in ("password", "postgres.log"):
        assert (tmp_path / "db" / file).stat().st_mode & 0o777 == 0o600
    assert not (tmp_path / "db" / "initdb.password").exists()
    with psycopg.connect(server.start()) as db:
        assert db.execute("select * from kept").fetchall() == []


def test_nobody_comes_in_without_the_password(start: Start):
    told = conninfo_to_dict(start().start())
    for password in ("", "wrong"):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(**{**told, "password": password})
    assert len(str(told["password"])) >= 40


def test_it_loses_nothing_when_the_machine_does_unless_a_test_says_so(start: Start):
    with psycopg.connect(start(durable=True).start()) as db:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            assert db.execute("select current_setting(%s)", [setting]).fetchone() == ("on",)


def test_a_long_folder_is_no_trouble(start: Start, tmp_path: Path):
    deep = tmp_path / ("a rather long folder name with spaces " * 3) / "and more"
    with psycopg.connect(start(deep).start()) as db:
        assert db.execute("select 1").fetchone() == (1,)


def test_a_folder_belongs_to_one_fireline_at_a_time(start: Start):
    first = start()
    first.start()
    with pytest.raises(EmbeddedFailed, match="Another fireline runs in"):
        start().start()
    first.stop()
    start().start()


@pytest.mark.parametrize("namespaces", WAYS)
def test_it_dies_with_its_fireline_and_the_next_one_finds_everything(
    start: Start, tmp_path: Path, namespaces: bool
):
    folder = tmp_path / "db"
    with subprocess.Popen(
        [sys.executable, "-c", NODE, str(folder), str(namespaces)],
        stdout=subprocess.PIPE,
        text=True,
    ) as node:
        assert node.stdout is not None
        dsn, pid = node.stdout.readline().split()
        with psycopg.connect(dsn) as db:
            db.execute("create table kept (id int)")
        node.kill()
        # At once, as a supervisor would: the old server is still shutting down.
        again = start(folder, namespaces=namespaces)
        with psycopg.connect(again.start()) as db:
            assert db.execute("select * from kept").fetchall() == []
    assert gone_soon(int(pid))


def test_it_outlives_the_thread_that_asked_for_it(start: Start):
    server, told = start(), []
    asking = threading.Thread(target=lambda: told.append(server.start()))
    asking.start()
    asking.join()
    time.sleep(0.2)
    with psycopg.connect(told[0]) as db:
        assert db.execute("select 1").fetchone() == (1,)


def test_a_lock_left_behind_by_nobody_is_cleared(start: Start, tmp_path: Path):
    server = start()
    server.start()
    server.stop()
    data = tmp_path / "db" / "pgdata"
    # A number that another program has by now: this very test.
    lines = [str(os.getpid()), str(data), "1", "5432", "", "127.0.0.1", "1 1", "ready", ""]
    (data / "postmaster.pid").write_text("\n".join(lines))
    assert clear_stale(data) is None
    assert not (data / "postmaster.pid").exists()
    (data / "postmaster.pid").write_text("\n".join(lines))
    with psycopg.connect(server.start()) as db:
        assert db.execute("select 1").fetchone() == (1,)


def test_a_zombie_holds_no_lock(tmp_path: Path):
    zombie = subprocess.Popen(["true"])
    deadline = time.monotonic() + 5
    while running(zombie.pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    (tmp_path / "postmaster.pid").write_text(f"{zombie.pid}\n")
    assert clear_stale(tmp_path) is None
    zombie.wait()


@pytest.mark.parametrize("text", ["", "nonsense\n", "12"])
def test_half_a_lock_is_no_lock(tmp_path: Path, text: str):
    (tmp_path / "postmaster.pid").write_text(text)
    lock = Lockfile.read(tmp_path)
    assert lock is None or not lock.ready


def test_a_living_server_keeps_its_lock(start: Start, tmp_path: Path):
    server = start()
    server.start()
    assert clear_stale(tmp_path / "db" / "pgdata") == server.pid


def test_half_a_cluster_is_made_anew(start: Start, tmp_path: Path):
    left = tmp_path / "db" / "pgdata.new"
    left.mkdir(parents=True)
    (left / "PG_VERSION").write_text("18\n")
    with psycopg.connect(start().start()) as db:
        assert db.execute("select 1").fetchone() == (1,)


def test_failing_says_why_in_the_servers_own_words(start: Start, tmp_path: Path):
    server = start()
    server.start()
    server.stop()
    with (tmp_path / "db" / "pgdata" / "postgresql.conf").open("a") as conf:
        conf.write("no_such_setting = 1\n")
    with pytest.raises(EmbeddedFailed, match="no_such_setting"):
        server.start()
    assert server.pid is None


def test_a_taken_port_is_answered_with_another(start: Start, monkeypatch):
    taken = conninfo_to_dict(start().start())["port"]
    free = embedded._free_port
    answers = iter([int(str(taken))])
    monkeypatch.setattr(embedded, "_free_port", lambda: next(answers, None) or free())
    other = start(Path(str(start()._folder) + "-other"))
    assert conninfo_to_dict(other.start())["port"] != taken


def test_data_of_another_major_version_is_left_alone(start: Start, tmp_path: Path):
    data = tmp_path / "db" / "pgdata"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("15\n")
    with pytest.raises(EmbeddedFailed, match="was made by PostgreSQL 15"):
        start().start()


def test_named_programs_are_checked_before_anything_is_made(tmp_path: Path):
    with pytest.raises(EmbeddedFailed, match="cannot run"):
        find_programs(tmp_path)
    old = tmp_path / "postgres"
    old.write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 14.9 (Debian 14.9-1)'\n")
    old.chmod(0o755)
    with pytest.raises(EmbeddedFailed, match=r"PostgreSQL 15 or newer is needed, and .* has 14\."):
        find_programs(tmp_path)


def test_named_programs_are_used(start: Start):
    wheel = find_programs()
    with psycopg.connect(start(programs=wheel.folder).start()) as db:
        assert db.info.server_version // 10_000 == wheel.major


def test_control_c_at_the_terminal_is_for_fireline_alone(start: Start):
    server = start()
    server.start()
    pid = server.pid
    assert pid is not None
    assert os.getpgid(pid) != os.getpgid(0)
    # And a server that ends by itself is seen to have ended.
    os.kill(pid, signal.SIGINT)
    assert gone_soon(pid)
    # The thread that keeps the server may be about to note what the kernel already shows.
    deadline = time.monotonic() + 5
    while server.pid is not None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert server.pid is None
