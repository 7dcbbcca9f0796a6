"""What a running lab tells its launcher: where everything answers, and who fireline is there."""

import fcntl
import os
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from pydantic import BaseModel, ConfigDict

STATE_MODE = 0o600
# How a lab ends that finds another one in its folder.
TAKEN = 3


class Shape(BaseModel):
    """A piece of the state file."""

    model_config = ConfigDict(frozen=True)


class SmtpState(Shape):
    """Where the mail server answers."""

    host: str
    port: int


class IdentityState(Shape):
    """The user fireline signs in as, the roles it assumes, and the external id both want."""

    access_key_id: str
    secret_access_key: str
    monitor_role_arn: str
    responder_role_arn: str
    external_id: str


class QueuesState(Shape):
    """The queue of changes (EventBridge envelopes) and the queue announcing trail objects."""

    changes: str
    objects: str


class PersonState(Shape):
    """How a person of the world is reached."""

    mail: str
    phone: str


class AccountState(Shape):
    """An account of the world, and the roles fireline assumes there."""

    id: str
    alias: str
    region: str
    monitor_role_arn: str
    responder_role_arn: str


class GuestState(Shape):
    """A user of the world whose key a person is given, to look around or to attack."""

    user: str
    access_key_id: str
    secret_access_key: str


class LabState(Shape):
    """The whole state file.

    `keys` names access key ids by their user (and `leaked`); `fireline` lists the key and the
    beginnings of the ARNs fireline acts under; `guests` has keys only where a lab is for guests.
    """

    pid: int
    endpoint: str
    account: str
    region: str
    trail_bucket: str
    queues: QueuesState
    identity: IdentityState
    smtp: SmtpState
    phones: str
    people: Mapping[str, PersonState]
    keys: Mapping[str, Sequence[str]]
    fireline: Sequence[str]
    world: str = ""
    accounts: Sequence[AccountState] = ()
    guests: Mapping[str, GuestState] = {}


def write_state(state: LabState, path: Path) -> None:
    """Write the state file, whole or not at all: it holds a secret, so only the owner reads it."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.touch(mode=STATE_MODE)
    draft.write_text(state.model_dump_json(indent=1))
    draft.replace(path)


def read_state(path: Path) -> LabState | None:
    """Read a state file. None when there is none, or it is not one."""
    try:
        return LabState.model_validate_json(path.read_bytes())
    except (OSError, ValueError):
        return None


@contextmanager
def taken(folder: Path) -> Generator[bool]:
    """Take a lab's folder for the block, or say that another lab has it.

    A fireline that is killed while its lab starts launches another one when it comes back.
    """
    with (folder / "lab.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
