"""Which asset somebody means: by an id of fireline or of its cloud, an ARN, or a name."""

from uuid import UUID

from fireline.core.assets.ref import AssetRef
from fireline.core.values.ids import DrillId
from fireline.usecases import assets
from fireline.usecases.asset_views import AssetLine
from fireline.usecases.transaction import Tx

_GLOBAL = "global"
_PARTS = 4
MAX_NAME = 2048


def plain(text: str) -> str:
    """Return a text without what no database holds: NULs, and halves of characters."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


async def asset_named(tx: Tx, name: str, *, drill: DrillId | None) -> AssetLine:
    """Return the asset that is meant. Raises AssetNotFound, and AssetUnclear with those it may be.

    A name is an id such as `sg-1`, an ARN, the asset's own name, fireline's id, or kind, account,
    region and id with `/` between, as the refusal of an unclear one lists them.
    """
    asked = plain(name).strip()[:MAX_NAME]
    if (own := _uuid(asked)) is not None and await assets.world_of(tx, own) == drill:
        return (await assets.show_asset(tx, None, own)).line
    if (ref := _ref(asked)) is not None:
        known = await assets.known_assets(tx, [ref], drill=drill)
        if ref in known:
            return known[ref]
    return await assets.name_asset(tx, asked, drill=drill)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _ref(text: str) -> AssetRef | None:
    parts = text.split("/", _PARTS - 1)
    if len(parts) < _PARTS or not parts[0].startswith(("aws.", "k8s.")):
        return None
    kind, account, region, id_ = parts
    return AssetRef(kind, account, id_, "" if region == _GLOBAL else region)
