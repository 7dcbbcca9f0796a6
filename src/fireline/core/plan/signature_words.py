"""What a signature's file and `posture.yaml` may say."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from fireline.core.plan.words import Line, PriorityWord, Slug, Text, Words
from fireline.core.values.priority import Level

Condition = Annotated[Text, Field(max_length=4_000)]
Kind = Annotated[str, Field(pattern=r"^[a-z0-9]+(\.[a-z0-9_]+){1,2}$", max_length=100)]
Need = Annotated[
    str,
    Field(
        pattern=r"^(related\.[a-z0-9]+\.[a-z0-9_]+|((account|region)\.)?[A-Z][A-Za-z0-9]{0,63})$"
    ),
]
Value = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
CisItem = Annotated[str, Field(pattern=r"^cis-[a-z0-9]+-[0-9.]+/[0-9]+(\.[0-9]+)*$")]
Technique = Annotated[str, Field(pattern=r"^T[0-9]{4}(\.[0-9]{3})?$")]
ProwlerCheck = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,120}$")]


class AutomaticWords(Words):
    """When fireline may put it right by itself, and why that is safe."""

    when: Condition
    because: Text


class SignatureFile(Words):
    """`signatures/ID/signature.yaml`."""

    title: Line
    severity: Level
    kind: Kind
    why: Text
    fix: Text
    fails: Condition
    applies: Condition | None = None
    needs: Annotated[tuple[Need, ...], Field(max_length=20)] = ()
    evidence: Annotated[Mapping[Value, Condition], Field(max_length=20)] = Field(
        default_factory=dict[str, str]
    )
    alert: bool = False
    runbook: Slug | None = None
    automatic: AutomaticWords | None = None
    cis: Annotated[tuple[CisItem, ...], Field(max_length=20)] = ()
    attack: Annotated[tuple[Technique, ...], Field(max_length=20)] = ()
    prowler: Annotated[tuple[ProwlerCheck, ...], Field(max_length=20)] = ()


class OffWords(Words):
    """A shipped signature that is not asked, and why not."""

    signature: Slug
    reason: Line


class PostureFile(Words):
    """`posture.yaml`: which shipped signatures are off, and how urgent a severity is."""

    off: Annotated[tuple[OffWords, ...], Field(max_length=1_000)] = ()
    priorities: Annotated[Mapping[Level, PriorityWord | None], Field(max_length=5)] = Field(
        default_factory=dict[Level, PriorityWord | None]
    )
