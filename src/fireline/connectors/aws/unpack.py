"""Gunzip what strangers packed: at most so much of it, whatever it claims to be."""

from dataclasses import dataclass
from typing import Any, cast

from isal import isal_zlib

_MAGIC = b"\x1f\x8b"
_GZIP = 31
_CHUNK_BYTES = 1 << 20
# isal has no complete types.
_zlib = cast("Any", isal_zlib)
_IsalError = cast("type[Exception]", _zlib.error)


@dataclass(frozen=True, slots=True)
class TooMuch:
    """It unpacks to more than was allowed; a small object may be made to."""

    most: int


@dataclass(frozen=True, slots=True)
class Corrupt:
    """It is not what gzip writes, or its end is missing."""

    why: str


def gunzip(packed: bytes, *, most: int) -> bytes | TooMuch | Corrupt:
    """Unpack gzip of one or several members. Plain JSON is returned as it is."""
    if not packed.startswith(_MAGIC):
        if packed.lstrip()[:1] in (b"{", b"["):
            return packed if len(packed) <= most else TooMuch(most)
        return Corrupt("it does not begin as gzip does")
    parts: list[bytes] = []
    size, rest = 0, packed
    try:
        # What follows the last member may be padding, as on tapes.
        while rest.strip(b"\x00"):
            member = _zlib.decompressobj(wbits=_GZIP)
            while not member.eof:
                part: bytes = member.decompress(rest, _CHUNK_BYTES)
                rest = member.unconsumed_tail
                parts.append(part)
                size += len(part)
                if size > most:
                    return TooMuch(most)
                if not part and not rest and not member.eof:
                    return Corrupt("its end is missing")
            rest = member.unused_data
    except _IsalError as error:
        return Corrupt(str(error))
    return b"".join(parts)
