"""Faults on demand: throttling, refusals and slowness, as real clouds have them."""

import random
import re
from collections.abc import Sequence
from threading import Lock
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from fireline.lab.aws.answers import Denial


class Fault(BaseModel):
    """What befalls the calls whose name matches.

    `left` counts down and stops at nothing; without it the fault lasts until replaced. Without a
    `code` the call is only slowed.
    """

    model_config = ConfigDict(extra="forbid")

    match: str = ".*"
    code: str | None = None
    status: int = 400
    message: str = "injected by the lab"
    p: Annotated[float, Field(ge=0, le=1)] = 1.0
    left: Annotated[int, Field(ge=0)] | None = None
    latency: Annotated[float, Field(ge=0, le=60)] = 0.0


class Faults:
    """The faults in force. The same seed and the same calls meet the same faults."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)  # noqa: S311 - a dice throw, not a secret
        self._faults: list[Fault] = []
        self._lock = Lock()

    def replace(self, wanted: object) -> int:
        """Put these faults in force instead of the present ones; count them."""
        faults = TypeAdapter(list[Fault]).validate_python(wanted)
        with self._lock:
            self._faults = faults
        return len(faults)

    def strike(self, name: str) -> tuple[float, Denial | None]:
        """Return how long a call is held up, and how it fails, if it does."""
        with self._lock:
            fault = next((one for one in self._faults if self._hits(one, name)), None)
            if fault is None:
                return 0.0, None
            if fault.left is not None:
                fault.left -= 1
        if fault.code is None:
            return fault.latency, None
        return fault.latency, Denial(fault.status, fault.code, fault.message)

    def listing(self) -> Sequence[Fault]:
        """List the faults in force."""
        with self._lock:
            return [one.model_copy() for one in self._faults]

    def _hits(self, fault: Fault, name: str) -> bool:
        if fault.left == 0 or re.fullmatch(fault.match, name) is None:
            return False
        return self._chance.random() < fault.p
