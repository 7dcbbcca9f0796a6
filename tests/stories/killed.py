"""Fireline as the program people start, to be killed and started again on the same folder."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

_READY_SECONDS = 60
_STEP = re.compile(r"\(step (\d+)\)")
_COMMAND = Path(sys.executable).with_name("fireline")


class Program:
    """`fireline up` in a folder of its own, on the same port each time."""

    def __init__(self, folder: Path, **environ: str) -> None:
        self.folder = folder
        self._environ = environ
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None
        self._api: httpx2.Client | None = None

    def start(self) -> None:
        """Start, and wait until the key it leaves opens the API."""
        (self.folder / "client.json").unlink(missing_ok=True)
        kept = {name: text for name, text in os.environ.items() if "FIRELINE" not in name}
        with (self.folder / "up.log").open("ab") as out:
            self._process = subprocess.Popen(
                [_COMMAND, "up", "--data-dir", self.folder, "--port", str(self._port)],
                stdout=out,
                stderr=out,
                env={**kept, **self._environ},
                start_new_session=True,
            )
        self._api = until(self._opened, _READY_SECONDS)

    def kill(self) -> None:
        """Kill it as the machine would: no last words."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Stop it in good order."""
        if self._process is not None and self._process.poll() is None:
            self._end(signal.SIGTERM)

    def get(self, path: str) -> Any:
        """Ask the API."""
        return self._ask("GET", path)

    def post(self, path: str, body: object) -> Any:
        """Tell the API."""
        return self._ask("POST", path, body)

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        assert self._api is not None
        answer = self._api.request(method, f"/api/v1{path}", json=body)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def _opened(self) -> httpx2.Client | None:
        assert self._process is not None
        assert self._process.poll() is None, (self.folder / "up.log").read_text()[-3000:]
        with contextlib.suppress(OSError, ValueError, KeyError):
            key = json.loads((self.folder / "client.json").read_text())
            headers = {"Authorization": f"Bearer {key['token']}"}
            return httpx2.Client(base_url=key["url"], headers=headers, timeout=60, trust_env=False)
        return None

    def _end(self, how: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(how)
        self._process.wait(30)
        if self._api is not None:
            self._api.close()


class OutsideWorld:
    """The drill's lab: what really arrived there, whoever says what about it."""

    def __init__(self, folder: Path) -> None:
        files = until(lambda: list(folder.glob("drills/*/lab.json")), _READY_SECONDS)
        self._state = json.loads(files[0].read_text())

    def pull(self, method: str, lever: str, body: object = None) -> Any:
        """Pull one of the lab's levers."""
        url = f"{self._state['endpoint']}/lab/{lever}"
        answer = httpx2.request(method, url, json=body, timeout=60, trust_env=False)
        assert answer.is_success, answer.text
        return answer.json()

    def told(self) -> Counter[tuple[str, int, str]]:
        """Count what reached people: by person, step of the ladder, and channel."""
        letters = Counter(
            (person, int(found[1]), "email")
            for person, kept in self.pull("GET", "mail").items()
            for letter in kept
            if (found := _STEP.search(letter["text"]))
        )
        calls = Counter(
            (person, int(message["step"]), "webhook")
            for person, kept in self.pull("GET", "messages").items()
            for message in kept
            if "step" in message
        )
        return letters + calls

    def changed(self) -> Counter[tuple[str, str]]:
        """Count what fireline's responder changed: by call and by what it changed."""
        return Counter(
            (record["eventName"], said.get("accessKeyId") or said["userName"])
            for record in self.pull("GET", "records")
            if "fireline-responder" in record["userIdentity"].get("arn", "")
            and not record.get("errorCode")
            and (said := record["requestParameters"])
            and record["eventName"] in {"UpdateAccessKey", "PutUserPolicy", "DeleteUserPolicy"}
        )

    def end(self) -> None:
        """End the lab."""
        with contextlib.suppress(httpx2.HTTPError):
            self.pull("POST", "stop")


def until(look: Callable[[], Any], seconds: float) -> Any:
    """Look until there is something to see."""
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, f"nothing to see in {seconds} seconds"
        time.sleep(0.05)
    return found


@contextmanager
def started(folder: Path, **environ: str) -> Generator[Program]:
    """Start fireline; whatever happens, end it and the lab it left."""
    program = Program(folder, **environ)
    try:
        program.start()
        yield program
    finally:
        program.stop()
        if list(folder.glob("drills/*/lab.json")):
            OutsideWorld(folder).end()
