"""What a fireline has of its own: its database, its first plan, the key its command line uses."""

import asyncio
import json
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from fireline.app.settings import Settings
from fireline.content.starter_plan import starter_files
from fireline.core.access.principal import LOCAL
from fireline.core.access.roles import Role
from fireline.core.values.actor import Machine
from fireline.core.values.refusals import Refusal
from fireline.core.values.secret import Secret
from fireline.doors.cli.client import ACCESS_FILE
from fireline.store.embedded import EmbeddedPostgres
from fireline.usecases import access, plans
from fireline.usecases.transaction import Transactions, Tx

_SETUP = Machine("setup")
_LOCAL_TOKEN = "this machine's command line"  # noqa: S105 - the name people see, not a secret


@contextmanager
def database(settings: Settings, *, durable: bool = True) -> Generator[str]:
    """Lend the database to run on: the operator's, or one of our own for as long as the block.

    Ours dies with the thread that starts it, so this is called from the main one.
    """
    if settings.database_url is not None:
        yield settings.database_url.reveal()
        return
    postgres = EmbeddedPostgres(
        settings.data_dir / "postgres", programs=settings.postgres_bin, durable=durable
    )
    dsn = postgres.start()
    try:
        yield dsn
    finally:
        postgres.stop()


async def ensure_plan(tx: Tx, folder: Path | None) -> bool:
    """Give a fireline that has no plan its first one. Return whether it was needed."""
    try:
        await plans.current(tx)
    except plans.NoPlan:
        files = starter_files() if folder is None else _files(folder)
        note = "the starter plan" if folder is None else f"read from {folder}"
        await plans.push(tx, files, by=_SETUP, note=note)
        return True
    return False


async def leave_key(transactions: Transactions, address: str, folder: Path) -> Path:
    """Leave an address and a fresh token where the command line of this machine finds them."""
    async with transactions() as tx:
        await access.ensure_account(tx, LOCAL, role=Role.ADMIN, by=_SETUP)
        for token in await access.tokens(tx, LOCAL):
            if token.name == _LOCAL_TOKEN and token.revoked_at is None:
                await access.revoke_token(tx, access.TokenId(token.id), by=_SETUP)
        made = await access.create_token(tx, LOCAL, name=_LOCAL_TOKEN, role=Role.ADMIN, by=_SETUP)
    return await asyncio.to_thread(_write_key, folder, address, made.token)


def _write_key(folder: Path, address: str, token: Secret) -> Path:
    file = folder / ACCESS_FILE
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = file.with_suffix(f".{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps({"url": address, "token": token.reveal()}))
    draft.replace(file)
    return file


def _files(folder: Path) -> dict[str, str]:
    found = {
        str(path.relative_to(folder)): path.read_text("utf-8", errors="replace")
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }
    if not found:
        msg = f"FIRELINE_PLAN_DIR must be the folder of a plan, and {folder} has no files."
        raise PlanMissing(msg)
    return found


class PlanMissing(Refusal):
    """The named folder has no plan."""

    kind = plans.NoPlan.kind
    code = "plan.folder_empty"
