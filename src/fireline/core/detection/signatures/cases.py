"""A signature's cases: an asset as the inventory would hold it, and the verdict it must get."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

from fireline.core.assets.asset import Asset
from fireline.core.assets.ref import AssetRef
from fireline.core.detection.signatures.judging import Signatures
from fireline.core.detection.signatures.verdict import Judgement, Subject, Verdict

# How a case's file begins, and the verdict it must get.
EXPECTED: Mapping[str, Verdict] = {
    "hit": Verdict.FAIL,
    "miss": Verdict.PASS,
    "na": Verdict.NOT_APPLICABLE,
    "unknown": Verdict.UNKNOWN,
}
# When a case is judged that does not say: moments in cases are written around it.
NOW = datetime(2026, 6, 1, tzinfo=UTC)
ACCOUNT = "111122223333"
REGION = "eu-central-1"
_GLOBAL = ("aws.s3.", "aws.iam.", "aws.account", "aws.organizations.", "aws.cloudfront.")
_PARTS = frozenset({"asset", "related", "account", "region", "unlooked", "now"})
_ASSET_PARTS = frozenset(
    {"kind", "id", "account", "region", "name", "arn", "tags", "config", "unread"}
)


class CaseBroken(Exception):  # noqa: N818 - it says what the case is
    """A case cannot be read; the text says why."""


def judge_case(alone: Signatures, text: str) -> Judgement:
    """Judge a case by the one signature there is. Raise `CaseBroken` if it is no case for it."""
    (signature,) = alone.all
    subject, now = read_case(text, signature.kind)
    found = alone.judge(subject, now)
    if not found:
        msg = f"the asset is of the kind {subject.asset.ref.kind}, and not {signature.kind}"
        raise CaseBroken(msg)
    return found[0]


def read_case(text: str, kind: str) -> tuple[Subject, datetime]:
    """Read a case: the asset, what belongs to it, and when it is judged."""
    try:
        said: object = json.loads(text)
        # Half a surrogate pair can be escaped in JSON, and nothing can keep it.
        json.dumps(said, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        msg = "the case holds half of a character"
        raise CaseBroken(msg) from None
    except ValueError as error:
        msg = f"this is not JSON: {error}"
        raise CaseBroken(msg) from None
    except RecursionError:
        msg = "the case is nested too deeply"
        raise CaseBroken(msg) from None
    case = _mapping(said, "the case", _PARTS)
    if "asset" not in case:
        msg = 'the case has no "asset": write {"asset": {"config": {…}}}'
        raise CaseBroken(msg)
    asset = _asset(case["asset"], kind, "asset")
    related = _mapping(case.get("related", {}), "related")
    unlooked = _mapping(case.get("unlooked", {}), "unlooked")
    subject = Subject(
        asset=asset,
        related={
            name: tuple(
                _asset(each, f"aws.{name}", f"related.{name}") for each in _list(rows, name)
            )
            for name, rows in related.items()
        },
        account=_around(case, "account", asset.ref),
        region=_around(case, "region", asset.ref),
        unlooked={name: str(why) for name, why in unlooked.items()},
    )
    return subject, _now(case.get("now"))


def _around(case: Mapping[str, Any], name: str, ref: AssetRef) -> Asset | None:
    """Read the account or region: its configuration, or an asset with what was unread."""
    if name not in case:
        return None
    said = _mapping(case[name], name)
    whole = said if said.keys() <= {"config", "unread"} and said else {"config": said}
    id_ = ref.account if name == "account" else ref.region
    return _asset({"config": {}, "id": id_, **whole}, f"aws.{name}", name)


def _asset(said: object, kind: str, where: str) -> Asset:
    row = _mapping(said, where, _ASSET_PARTS)
    if "config" not in row:
        msg = f'{where} has no "config"'
        raise CaseBroken(msg)
    kind = str(row.get("kind", kind))
    region = "" if kind.startswith(_GLOBAL) else REGION
    id_ = str(row.get("id", "example"))
    return Asset(
        ref=AssetRef(kind, str(row.get("account", ACCOUNT)), id_, str(row.get("region", region))),
        config=_mapping(row["config"], f"{where}.config"),
        name=str(row.get("name", id_)),
        arn=str(row.get("arn", "")),
        tags={name: str(value) for name, value in _mapping(row.get("tags", {}), "tags").items()},
        unread={name: str(why) for name, why in _mapping(row.get("unread", {}), "unread").items()},
    )


def _mapping(said: object, where: str, known: frozenset[str] | None = None) -> Mapping[str, Any]:
    if not isinstance(said, dict):
        msg = f"{where} is not a JSON object"
        raise CaseBroken(msg)
    found = cast("Mapping[str, Any]", said)
    unknown = sorted(found.keys() - known) if known is not None else []
    if unknown:
        msg = (
            f"{where} means nothing by `{unknown[0]}`; it may say {', '.join(sorted(known or ()))}"
        )
        raise CaseBroken(msg)
    return found


def _list(said: object, where: str) -> list[object]:
    if not isinstance(said, list):
        msg = f"related.{where} is not a list"
        raise CaseBroken(msg)
    return cast("list[object]", said)


def _now(said: object) -> datetime:
    if said is None:
        return NOW
    try:
        found = datetime.fromisoformat(str(said))
    except ValueError:
        msg = f"now is {said!r}: write a moment such as 2026-06-01T00:00:00Z"
        raise CaseBroken(msg) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
