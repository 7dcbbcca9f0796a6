"""Short names for things that have long ones: stable, unique within a folder, and for people."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from hashlib import sha256

MAX_SLUG = 64
_OTHER = re.compile(r"[^a-z0-9]+")
# Letters that are no letter with a mark, and would otherwise be lost.
_LETTERS = str.maketrans(
    {"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "þ": "th", "ð": "d"}
)


def slug_of(name: str) -> str:
    """Write a name in small letters, digits and hyphens; empty when nothing of it is left."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(_LETTERS))
    text = plain.encode("ascii", "ignore").decode("ascii")
    return _OTHER.sub("-", text).strip("-")[:MAX_SLUG].rstrip("-")


def slugs_of(
    names: Iterable[tuple[str, str]], *, kind: str, taken: Iterable[str] = ()
) -> Mapping[str, str]:
    """Give each (id, name) a slug of its own.

    Of several with one name, the first by id keeps it bare: the order they were read in does not
    matter. A name without any Latin letter is told by its kind and a piece of its id's digest.
    """
    used = set(taken)
    found: dict[str, str] = {}
    for id_, name in sorted(names):
        bare = slug_of(name) or f"{kind}-{sha256(id_.encode()).hexdigest()[:6]}"
        slug, number = bare, 1
        while slug in used:
            number += 1
            slug = f"{bare[: MAX_SLUG - 4]}-{number}"
        used.add(slug)
        found[id_] = slug
    return found
