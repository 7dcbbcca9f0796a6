"""The demonstration as a newcomer meets it: one command, one link, and the story tells itself.

With `FIRELINE_SCREENSHOTS` naming a folder, the pictures of the tutorial are made here.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import open_eyes
from tests.browser.eyes import Eyes

_STORY_MS = 110_000
_LINK = re.compile(r"http://\S+/sign-in/once/\S+")


class Terminal:
    """What the command printed so far."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []
        self._more = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._more:
                self.lines.append(line.rstrip())
                self._more.notify_all()

    def ends(self) -> int:
        """Stop the command as Ctrl-C or a service manager would; return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(30)
        self._reader.join(10)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code

    def says(self, pattern: re.Pattern[str], *, within: float) -> str:
        """Wait for a line and return what matched."""

        def found() -> str | None:
            matches = (pattern.search(line) for line in self.lines)
            return next((match[0] for match in matches if match), None)

        with self._more:
            self._more.wait_for(lambda: found() is not None, timeout=within)
        said = found()
        assert said is not None, "\n".join(self.lines)
        return said


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    command = [str(Path(sys.executable).with_name("fireline")), "up", "--demo"]
    command += ["--port", str(port), "--data-dir", str(tmp_path)]
    kept = {name: text for name, text in os.environ.items() if not name.startswith("FIRELINE_")}
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**kept, "FIRELINE_DATA_DIR": str(tmp_path), "PYTHONUNBUFFERED": "1"},
    )
    started = Terminal(process)
    yield started
    assert started.ends() == 0


@pytest.mark.timeout(180)
def test_the_demonstration_tells_its_story_on_the_page_and_in_the_terminal(
    terminal: Terminal, browser: Browser
):
    link = terminal.says(_LINK, within=60)
    base_url = link.split("/sign-in")[0]
    with open_eyes(browser, base_url, session=None) as (_, eyes):
        page = eyes.page
        page.goto(link)
        page.get_by_role("button", name="Sign in").click()
        expect(page).to_have_url(re.compile(r"/drills/1"))
        expect(page.get_by_text("One alert is raised").first).to_be_visible(timeout=_STORY_MS)
        _photograph_an_approval(eyes)
        page.goto("/drills/1")
        expect(page.get_by_text("Drill finished with").first).to_be_visible(timeout=_STORY_MS)
        eyes.photographs("drill")
        page.goto("/alerts/1")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        eyes.photographs("alert")
        page.goto("/incidents/1")
        expect(page.get_by_text("Closed", exact=False).first).to_be_visible()
        eyes.photographs("incident")
        page.goto("/incidents/1/review")
        expect(page.get_by_text("why", exact=False).first).to_be_visible()
        eyes.photographs("review")
        assert eyes.complaints == []
    assert "passed: 100 of 100" in terminal.says(re.compile(r"Drill 1 passed: .*"), within=30)


def _photograph_an_approval(eyes: Eyes) -> None:
    """Catch one while it waits, as the approver of the drill reads it."""
    page = eyes.page
    page.goto("/approvals")
    waiting = page.locator("a.row").first
    expect(waiting).to_be_visible(timeout=_STORY_MS)
    address = waiting.get_attribute("href")
    assert address is not None
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    eyes.photographs("approval")
