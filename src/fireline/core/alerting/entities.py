"""Who and what a finding is about, and which of it proves that two findings are one problem."""

from collections.abc import Iterator

from fireline.core.assets.kinds import ACCESS_KEY, ACCOUNT, ROLE, SESSION, USER
from fireline.core.assets.ref import AssetRef
from fireline.core.detection.finding import Finding
from fireline.core.signals.entity import ADDRESS, ASSET, CREDENTIAL, PRINCIPAL, Entity
from fireline.core.signals.event import Who

KEY = "key"


def entities_of(finding: Finding) -> frozenset[Entity]:
    """Return everything a finding has that another may share, its alert key included.

    A credential counts whether it was used or made: the key an attacker mints leads to what the
    attacker does with it. Temporary credentials are credentials.
    """
    who = finding.who
    pairs = [(PRINCIPAL, who.arn), (CREDENTIAL, who.access_key), (ADDRESS, who.address)]
    pairs += [
        (CREDENTIAL, asset.id) for asset in finding.assets if asset.kind in {ACCESS_KEY, SESSION}
    ]
    pairs += [(ASSET, str(asset)) for asset in finding.assets]
    pairs.append((KEY, alert_key(finding)))
    return frozenset(Entity(kind, value) for kind, value in pairs if value)


def alert_key(finding: Finding) -> str:
    """Name the problem a finding belongs to, by the entity its rule chose.

    A finding without that entity falls to the next that identifies somebody; one with none at all
    is its own problem. Addresses and assets are shared by the innocent, so their keys hold for one
    rule only.
    """
    rule = finding.rule
    values = {
        PRINCIPAL: finding.who.arn,
        CREDENTIAL: finding.who.access_key,
        ADDRESS: f"{rule.id}:{finding.who.address}" if finding.who.address else "",
        ASSET: f"{rule.id}:{finding.assets[0]}" if finding.assets else "",
    }
    for kind in (rule.dedup, PRINCIPAL, CREDENTIAL, ASSET, ADDRESS):
        if values.get(kind):
            return f"{kind}:{values[kind]}"
    return f"signal:{rule.id}:{finding.signal}"


def involved(finding: Finding) -> tuple[AssetRef, ...]:
    """Return the assets of a finding, the acting identity and its credential first."""
    return tuple(dict.fromkeys((*_actor(finding.who), *finding.assets)))


def whereabouts(finding: Finding) -> tuple[AssetRef, ...]:
    """Return the assets that may tell whose a finding is, ending with the account it is in."""
    return (*involved(finding), AssetRef(ACCOUNT, finding.account, finding.account))


def _actor(who: Who) -> Iterator[AssetRef]:
    if ":user/" in who.arn:
        yield AssetRef(USER, who.account, who.arn.rsplit("/", 1)[-1])
    elif ":role/" in who.arn or ":assumed-role/" in who.arn:
        yield AssetRef(ROLE, who.account, _role_name(who.arn))
    # AWS's own prefixes: ASIA is temporary and cannot be deactivated, only denied.
    if who.access_key.startswith("ASIA"):
        yield AssetRef(SESSION, who.account, who.access_key)
    elif who.access_key:
        yield AssetRef(ACCESS_KEY, who.account, who.access_key)


def _role_name(arn: str) -> str:
    path = arn.split(":", 5)[-1].split("/")
    return path[1] if path[0] == "assumed-role" else path[-1]
