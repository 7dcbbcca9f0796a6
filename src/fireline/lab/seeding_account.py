"""Set an account up as a world has it: root, passwords, regions, contacts, defaults."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from moto.ec2.models import ec2_backends

from fireline.lab.aws.settings import AccountSettings, Root, RootKeyState
from fireline.lab.aws_policies import USUAL, policy_of_aws
from fireline.lab.hand import Hand
from fireline.lab.resources.buckets import block
from fireline.lab.world_account import Account, PasswordPolicy, RegionDefaults, RootUser


def set_up(account: Account, hand: Hand, settings: AccountSettings, now: datetime) -> None:
    """Set everything of an account that is no resource."""
    settings.opted_in.update(account.regions_on)
    settings.root = _root(account.root, account.id, now)
    for name in USUAL:
        policy_of_aws(account.id, name)
    iam = hand.client("iam", account.id, account.region)
    if account.alias:
        iam.create_account_alias(AccountAlias=account.alias)
    if account.password_policy is not None:
        iam.update_account_password_policy(**_asked_of_passwords(account.password_policy))
    if account.public_access_block is not None:
        hand.client("s3control", account.id, account.region).put_public_access_block(
            AccountId=account.id,
            PublicAccessBlockConfiguration=block(account.public_access_block),
        )
    if account.security_contact:
        hand.client("account", account.id, account.region).put_alternate_contact(
            AlternateContactType="SECURITY",
            EmailAddress=account.security_contact,
            Name="Security",
            PhoneNumber="+4900000000",
            Title="Security",
        )
    for region, defaults in account.defaults.items():
        _set_region(account.id, region, defaults, settings)


def _root(root: RootUser, account: str, now: datetime) -> Root:
    def ago(days: float) -> datetime:
        return now - timedelta(days=days)

    def maybe(days: float | None) -> datetime | None:
        return None if days is None else ago(days)

    keys = [
        # A root key of no one's: it is told of, and nobody can sign with it.
        RootKeyState(
            f"AKIAROOT{account[-11:]}{n}", ago(key.age_days), key.active, maybe(key.last_used_days)
        )
        for n, key in enumerate(root.keys)
    ]
    return Root(
        made=ago(root.age_days),
        password_last_used=maybe(root.last_used_days),
        mfa=root.mfa is not None,
        hardware_mfa=root.mfa == "hardware",
        keys=keys,
    )


def _asked_of_passwords(policy: PasswordPolicy) -> Mapping[str, Any]:
    asked: dict[str, Any] = {
        "MinimumPasswordLength": policy.minimum_length,
        "RequireSymbols": policy.symbols,
        "RequireNumbers": policy.numbers,
        "RequireUppercaseCharacters": policy.uppercase,
        "RequireLowercaseCharacters": policy.lowercase,
        "AllowUsersToChangePassword": True,
    }
    if policy.expires_days:
        asked["MaxPasswordAge"] = policy.expires_days
    if policy.remembered:
        asked["PasswordReusePrevention"] = policy.remembered
    return asked


def _set_region(
    account: str, region: str, wanted: RegionDefaults, settings: AccountSettings
) -> None:
    here = settings.region(region)
    here.snapshot_block = "block-all-sharing" if wanted.block_shared_snapshots else "unblocked"
    here.image_block = "block-new-sharing" if wanted.block_shared_images else "unblocked"
    here.serial_console = wanted.serial_console
    if wanted.metadata_tokens:
        here.metadata["HttpTokens"] = wanted.metadata_tokens
    if wanted.encrypt_volumes:
        cast("Any", ec2_backends[account][region]).enable_ebs_encryption_by_default()
