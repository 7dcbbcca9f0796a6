"""Other people's programs, as their users run them, on ports of their own."""

import asyncio
import json
import os
import shutil
import socket
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2

_START_SECONDS = 20.0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def program(name: str) -> str:
    """Find a program of Debian's; `make test` sees to it that it is there."""
    found = shutil.which(name)
    assert found is not None, f"{name} is not here: run .ci/system-packages"
    return found


@asynccontextmanager
async def running(*command: str, ready: str, log: Path) -> AsyncGenerator[Process]:
    """Run a program until the block ends; it is ready when an address answers."""
    with log.open("wb") as written:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=DEVNULL, stdout=written, stderr=STDOUT
        )
    try:
        await _answers(ready, process, log)
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _answers(address: str, process: Process, log: Path) -> None:
    async with asyncio.timeout(_START_SECONDS), httpx2.AsyncClient() as client:
        while True:
            assert process.returncode is None, _said(log)
            with suppress(httpx2.TransportError):
                if (await client.get(address)).is_success:
                    return
            await asyncio.sleep(0.05)


def _said(log: Path) -> str:
    return log.read_text("utf-8", "replace")[-2000:]


@asynccontextmanager
async def prometheus(
    folder: Path, configuration: dict[str, Any], rules: dict[str, Any]
) -> AsyncGenerator[Process]:
    """Run a Prometheus; JSON is YAML too."""
    config, port = folder / "prometheus.yml", free_port()
    written = folder / "rules.yml"
    written.write_text(json.dumps(rules))
    config.write_text(json.dumps({**configuration, "rule_files": [str(written)]}))
    async with running(
        program("prometheus"),
        f"--config.file={config}",
        f"--storage.tsdb.path={folder / 'series'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--rules.alert.resend-delay=1s",
        ready=f"http://127.0.0.1:{port}/-/ready",
        log=folder / "prometheus.log",
    ) as process:
        yield process


@asynccontextmanager
async def alertmanager(folder: Path, configuration: dict[str, Any]) -> AsyncGenerator[str]:
    """Run an Alertmanager; give its address."""
    config, port = folder / "alertmanager.yml", free_port()
    config.write_text(json.dumps(configuration))
    address = f"http://127.0.0.1:{port}"
    async with running(
        program("prometheus-alertmanager"),
        f"--config.file={config}",
        f"--storage.path={folder / 'alertmanager'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
        ready=f"{address}/-/ready",
        log=folder / "alertmanager.log",
    ):
        yield address


async def amtool(address: str, *words: str, home: Path) -> str:
    """Run amtool as a person would; return what it says."""
    process = await asyncio.create_subprocess_exec(
        program("amtool"),
        f"--alertmanager.url={address}",
        *words,
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=STDOUT,
        env={"HOME": str(home), "PATH": os.environ["PATH"], "USER": "ana"},
    )
    said, _ = await process.communicate()
    text = said.decode()
    assert process.returncode == 0, text
    return text
