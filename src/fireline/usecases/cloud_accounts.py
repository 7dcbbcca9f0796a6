"""The cloud accounts fireline looks at: added, tried, changed and removed.

The external id of each is made here and never chosen by a person: a role that asks for it can be
assumed for this installation and for no other. It is no secret, and shown to who installs the role.
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from fireline.core.values.actor import Actor, Machine
from fireline.core.values.ids import DrillId
from fireline.core.values.refusals import Kind, Refusal
from fireline.core.values.secret import Secret
from fireline.ports.inventory import Account, CouldNotLook, Probed
from fireline.store import cloud_accounts, due, pokes
from fireline.store.cloud_accounts import CloudAccountRow, New
from fireline.store.looks import DIRTY, LOOK
from fireline.usecases.facts import house_stream, record
from fireline.usecases.transaction import Tx

PROBE, COSTS = "cloud_probe", "cloud_costs"
TOPIC = "cloud"  # poked when something about accounts, looks or assets changed
ROLE_NAME = "fireline-monitor"
SETTINGS, PERSON = "settings", "person"
GOOD, REFUSED, COULD_NOT_LOOK = "good", "refused", "could not look"
AWS = "aws"
MAX_NAME = 100
MAX_REGIONS = 50
_BY_SETTINGS = Machine("settings")
_ACCOUNT = re.compile(r"\d{12}")
_ROLE = re.compile(r"arn:(aws[a-z-]*):iam::(\d{12}):role/[\w+=,.@/-]{1,512}", re.ASCII)
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")


class CloudAccountNotFound(Refusal):
    """Nobody looks at such an account."""

    kind = Kind.NOT_FOUND
    code = "cloud.no_such_account"


class CloudAccountUnclear(Refusal):
    """Something said about an account cannot be so."""

    kind = Kind.INVALID
    code = "cloud.unclear_account"


class CloudAccountKnown(Refusal):
    """An account is looked at already."""

    kind = Kind.CONFLICT
    code = "cloud.account_known"


class CloudAccountOfSettings(Refusal):
    """The account that the settings name is changed there."""

    kind = Kind.CONFLICT
    code = "cloud.account_of_settings"


class Own(Protocol):
    """Gives the accounts that belong to a world by themselves: the settings', or a lab's."""

    def __call__(self, drill: DrillId | None) -> Sequence[Account]:
        """Return them, each with the role and external id to use."""
        ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """An account to look at. Without a role's ARN, it is the one the instructions would make."""

    account: str
    name: str = ""
    role_arn: str = ""
    regions: tuple[str, ...] = ()
    provider: str = AWS


@dataclass(frozen=True, slots=True)
class CloudAccountView:
    """One account as people see it. `probe` is empty while nobody has tried the role."""

    id: UUID
    account: str
    provider: str
    name: str
    of_settings: bool
    role_arn: str
    external_id: str
    regions: tuple[str, ...]
    added_by: str
    added_at: datetime
    probed_at: datetime | None
    probe: str
    probe_said: str
    looked_at: datetime | None
    next_look_at: datetime | None


@dataclass(frozen=True, slots=True)
class RoleToInstall:
    """What somebody installs in an account so that fireline may look there: two documents."""

    role_name: str
    role_arn: str
    external_id: str
    trust_policy: str
    policy: str


async def add_account(
    tx: Tx, wanted: Wanted, *, by: Actor, drill: DrillId | None = None
) -> CloudAccountView:
    """Add an account to look at. It is looked at once its role was tried and found good.

    Raises CloudAccountUnclear and CloudAccountKnown.
    """
    _check(wanted)
    role = wanted.role_arn or _usual_role(wanted)
    new = New(
        id=tx.ids.fresh(),
        drill_id=drill,
        account=wanted.account,
        provider=wanted.provider,
        name=wanted.name.strip(),
        origin=PERSON,
        role_arn=role,
        external_id=tx.ids.token(),
        regions=wanted.regions,
    )
    added = await cloud_accounts.add(tx.db, new, by=by.name, now=tx.now)
    if added is None:
        msg = f"The account {wanted.account} is looked at already."
        raise CloudAccountKnown(msg, hint=f"`fireline cloud show {wanted.account}` shows it.")
    await _say(tx, "added", wanted.account, by=by)
    return await show_account(tx, wanted.account, drill=drill)


async def change_account(
    tx: Tx, wanted: Wanted, *, by: Actor, drill: DrillId | None = None
) -> CloudAccountView:
    """Change an account's name, role and regions; its role is to be tried again."""
    _check(wanted)
    row = await _get(tx, wanted.account, drill=drill)
    _refuse_settings(row)
    await cloud_accounts.set_role(
        tx.db,
        row.id,
        name=wanted.name.strip(),
        role_arn=wanted.role_arn or _usual_role(wanted),
        regions=wanted.regions,
    )
    await _say(tx, "changed", wanted.account, by=by)
    return await show_account(tx, wanted.account, drill=drill)


async def list_accounts(tx: Tx, *, drill: DrillId | None = None) -> tuple[CloudAccountView, ...]:
    """List the accounts that are looked at."""
    rows = await cloud_accounts.listed(tx.db, drill=drill)
    return tuple([await _view(tx, row) for row in rows])


async def show_account(tx: Tx, account: str, *, drill: DrillId | None = None) -> CloudAccountView:
    """Return one account. Raises CloudAccountNotFound."""
    return await _view(tx, await _get(tx, account, drill=drill))


async def remove_account(tx: Tx, account: str, *, by: Actor, drill: DrillId | None = None) -> None:
    """Look at an account no more. What is known of it stays in its history, out of the lists."""
    row = await _get(tx, account, drill=drill)
    _refuse_settings(row)
    await cloud_accounts.remove(tx.db, row.id, by=by.name, now=tx.now)
    for kind in (LOOK, DIRTY, PROBE, COSTS):
        await due.cancel(tx.db, kind, row.id)
    await _say(tx, "removed", account, by=by)


async def ask_probe(
    tx: Tx, account: str, *, by: Actor, drill: DrillId | None = None
) -> CloudAccountView:
    """Let an account's role be tried now; a moment later the account says how it went."""
    row = await _get(tx, account, drill=drill)
    await due.plan(tx.db, PROBE, row.id, tx.now)
    await _say(tx, "probe_asked", account, by=by)
    return await _view(tx, row)


async def keep_probe(tx: Tx, row: CloudAccountRow, found: Probed | CouldNotLook) -> None:
    """Keep what trying a role showed. A good one is looked with, if nobody has yet."""
    match found:
        case CouldNotLook(said=said):
            probe = COULD_NOT_LOOK
        case Probed(refused=said) if said:
            probe = REFUSED
        case Probed(identity=said):
            probe = GOOD
    await cloud_accounts.set_probed(tx.db, row.id, probe=probe, said=said[:1000], now=tx.now)
    if probe == GOOD and row.looked_at is None:
        await due.plan(tx.db, LOOK, row.id, tx.now)
    if probe == REFUSED:
        await record(
            tx,
            house_stream(),
            "cloud_account.refused",
            by=Machine("cloud"),
            body={"account": row.account, "text": f"the account {row.account} is refused: {said}"},
        )
    await pokes.poke(tx.db, TOPIC)


async def role_to_install(
    tx: Tx, account: str, fireline_arn: str, *, read_actions: Collection[str]
) -> RoleToInstall:
    """Return the role to install in an account: whom it trusts, and what it lets fireline read.

    `fireline_arn` is who fireline is in AWS: the role or user it runs as. `read_actions` are the
    permissions that looking asks for.
    """
    row = await _get(tx, account, drill=None)
    trust = trust_policy(fireline_arn, row.external_id)
    statement = {"Effect": "Allow", "Action": sorted(read_actions), "Resource": "*"}
    return RoleToInstall(
        role_name=row.role_arn.rpartition("/")[2] or ROLE_NAME,
        role_arn=row.role_arn,
        external_id=row.external_id,
        trust_policy=_document(trust),
        policy=_document({"Version": "2012-10-17", "Statement": [statement]}),
    )


def trust_policy(fireline_arn: str, external_id: str) -> Mapping[str, object]:
    """Return the trust policy of a role for fireline alone, and for this installation alone.

    See https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html.
    """
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": fireline_arn},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"sts:ExternalId": external_id}},
            }
        ],
    }


async def say_own(tx: Tx, own: Sequence[Account], *, drill: DrillId | None = None) -> None:
    """Say which accounts are there by themselves: those the settings, or a drill's lab, name.

    Called at the start. One that is named no more is looked at no more.
    """
    if drill is None:
        kept = [account.id for account in own]
        await cloud_accounts.remove_own(tx.db, kept, by=_BY_SETTINGS.name, now=tx.now)
    for account in own:
        new = New(
            id=tx.ids.fresh(),
            drill_id=drill,
            account=account.id,
            provider=account.provider,
            name=account.name,
            origin=SETTINGS,
            role_arn=account.role_arn,
            # The settings keep it; nobody needs it from here.
            external_id="",
            regions=account.regions,
        )
        await cloud_accounts.add(tx.db, new, by=_BY_SETTINGS.name, now=tx.now)


def to_look_at(row: CloudAccountRow, own: Own) -> Account | None:
    """Return an account as it is entered; `None` when the settings that named it do so no more."""
    # A cluster has nothing but its name here: the way into it stays in the settings.
    if row.origin == SETTINGS and row.provider == AWS:
        drill = DrillId(row.drill_id) if row.drill_id else None
        return next((mine for mine in own(drill) if mine.id == row.account), None)
    return Account(
        id=row.account,
        name=row.name,
        provider=row.provider,
        role_arn=row.role_arn,
        external_id=Secret(row.external_id) if row.external_id else None,
        regions=tuple(row.regions),
    )


def _document(policy: Mapping[str, object]) -> str:
    return json.dumps(policy, indent=2)


def _usual_role(wanted: Wanted) -> str:
    return f"arn:aws:iam::{wanted.account}:role/{ROLE_NAME}"


def _check(wanted: Wanted) -> None:
    mistake = _mistake(wanted)
    if mistake is not None:
        said, hint = mistake
        raise CloudAccountUnclear(said, hint=hint)


def _mistake(wanted: Wanted) -> tuple[str, str] | None:
    """Return what cannot be so, and what to do about it."""
    if len(wanted.name) > MAX_NAME:
        return "The name is too long.", f"It has at most {MAX_NAME} characters."
    match wanted.provider:
        case "aws":
            return _mistake_in_account(wanted) or _mistake_in_role(wanted) or _mistake_in(wanted)
        case "kubernetes":
            hint = "Set FIRELINE_KUBERNETES_CLUSTERS and start again."
            return "Clusters are named in the settings.", hint
        case other:
            return f'There is no provider "{other}".', "It is aws or kubernetes."


def _mistake_in_account(wanted: Wanted) -> tuple[str, str] | None:
    if _ACCOUNT.fullmatch(wanted.account):
        return None
    return f'"{wanted.account}" is no AWS account.', "It has twelve digits, without dashes."


def _mistake_in_role(wanted: Wanted) -> tuple[str, str] | None:
    if not wanted.role_arn:
        return None
    role = _ROLE.fullmatch(wanted.role_arn)
    if role is None:
        hint = f"It is written arn:aws:iam::{wanted.account}:role/{ROLE_NAME}."
        return f'"{wanted.role_arn}" is no ARN of a role.', hint
    if role[2] != wanted.account:
        said = f"The role is of the account {role[2]}, and not of {wanted.account}."
        return said, "Name the role in the account that is to be looked at."
    return None


def _mistake_in(wanted: Wanted) -> tuple[str, str] | None:
    wrong = [region for region in wanted.regions if not _REGION.fullmatch(region)]
    if not wrong and len(wanted.regions) <= MAX_REGIONS:
        return None
    said = f'"{wrong[0]}" is no region.' if wrong else "There are too many regions."
    return said, "Write regions as eu-central-1; none at all means all of them."


def _refuse_settings(row: CloudAccountRow) -> None:
    if row.origin == SETTINGS:
        msg = f"The account {row.account} is one that the settings name."
        raise CloudAccountOfSettings(msg, hint="Change the settings and start again.")


async def _get(tx: Tx, account: str, *, drill: DrillId | None) -> CloudAccountRow:
    row = await cloud_accounts.named(tx.db, account, drill=drill)
    if row is None:
        msg = f"Nobody looks at an account {account}."
        raise CloudAccountNotFound(msg, hint="`fireline cloud list` shows them.")
    return row


async def _view(tx: Tx, row: CloudAccountRow) -> CloudAccountView:
    following = await due.planned(tx.db, LOOK, row.id)
    return CloudAccountView(
        id=row.id,
        account=row.account,
        provider=row.provider,
        name=row.name,
        of_settings=row.origin == SETTINGS,
        role_arn=row.role_arn,
        external_id=row.external_id,
        regions=tuple(row.regions),
        added_by=row.added_by,
        added_at=row.added_at,
        probed_at=row.probed_at,
        probe=row.probe,
        probe_said=row.probe_said,
        looked_at=row.looked_at,
        next_look_at=following.due_at if following else None,
    )


async def _say(tx: Tx, happened: str, account: str, *, by: Actor) -> None:
    words = {
        "added": f"{by.name} added the cloud account {account}",
        "changed": f"{by.name} changed how the cloud account {account} is entered",
        "removed": f"{by.name} removed the cloud account {account}",
        "probe_asked": f"{by.name} had the role of the cloud account {account} tried",
    }
    body = {"account": account, "text": words[happened]}
    await record(tx, house_stream(), f"cloud_account.{happened}", by=by, body=body)
    await pokes.poke(tx.db, TOPIC)
