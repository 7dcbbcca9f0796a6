"""Read files of findings one by one, however long: arrays, lines, what GetFindings answers."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TextIO

_CHUNK = 1 << 16
# No finding is so long; what seems to be has lost its end.
_LONGEST = 4_000_000
_AHEAD = 4_000
# What is not a finding itself: the list they are in, and what GetFindings says beside it.
_FRAME = re.compile(
    r"""(?:[\s,\[\]}]+|\{\s*"(?:Findings|findings)"\s*:\s*\[|"\w+"\s*:\s*(?:"[^"]*"|null))+"""
)
_NEXT = re.compile(r"[}\]]\s*,?\s*\{|\n\s*\{")


@dataclass(frozen=True, slots=True)
class Found:
    """One finding of a file, and the line it begins in."""

    line: int
    finding: Any


@dataclass(frozen=True, slots=True)
class Garbled:
    """Something in a file that is no JSON: where it begins, and why not."""

    line: int
    why: str


def findings_in(file: TextIO) -> Iterator[Found | Garbled]:
    """Yield every finding of a file, and what is garbled between them."""
    return _Reader(file).findings()


class _Reader:
    """Holds the part of a file that is being read."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._text = ""
        self._at = 0
        self._line = 1
        self._ended = False
        self._decoder = json.JSONDecoder()

    def findings(self) -> Iterator[Found | Garbled]:
        """Yield what is in the file."""
        self._more()
        self._text = self._text.removeprefix("\ufeff")
        while True:
            self._open()
            if self._is_over():
                return
            yield self._one()

    def _open(self) -> None:
        """Pass over what stands between findings: spaces, commas, and the frames of lists."""
        while True:
            self._look_ahead()
            found = _FRAME.match(self._text, self._at)
            if found is None or found.end() == self._at:
                return
            self._pass(found.end())

    def _look_ahead(self) -> None:
        while len(self._text) - self._at < _AHEAD and not self._ended:
            self._more()

    def _one(self) -> Found | Garbled:
        line = self._line
        while True:
            try:
                said, end = self._decoder.raw_decode(self._text, self._at)
            except (ValueError, RecursionError) as error:
                why = getattr(error, "msg", "nested too deep")
                if not self._ended and len(self._text) - self._at < _LONGEST:
                    self._more()
                    continue
                self._resume()
                return Garbled(line, f"it is no JSON: {why}")
            if end == len(self._text) and not self._ended:
                self._more()
                continue
            self._pass(end)
            return Found(line, said)

    def _resume(self) -> None:
        """Go on where the next finding seems to begin."""
        found = _NEXT.search(self._text, self._at + 1)
        self._pass(found.end() - 1 if found else len(self._text))

    def _pass(self, end: int) -> None:
        self._line += self._text.count("\n", self._at, end)
        self._at = end

    def _more(self) -> None:
        chunk = self._file.read(max(_CHUNK, len(self._text) - self._at))
        self._ended = not chunk
        self._text = self._text[self._at :] + chunk
        self._at = 0

    def _is_over(self) -> bool:
        while self._at >= len(self._text) and not self._ended:
            self._more()
        return self._at >= len(self._text)
