"""Where in a plan each kind of file stands, and what a file's id is: its name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel

from fireline.core.plan.files import (
    ChangesFile,
    CommsFile,
    DefinitionsFile,
    DrillFile,
    EscalationFile,
    PeopleFile,
    PlanFile,
    PrioritiesFile,
    RolesFile,
    RoutesFile,
    RunbookFile,
    ServiceFile,
    TeamFile,
)
from fireline.core.plan.mistakes import nearest
from fireline.core.plan.schedule_words import ScheduleFile
from fireline.core.plan.signature_words import PostureFile
from fireline.core.plan.words import SLUG

RULE = "rule.yml"
SIGNATURE = "signature.yaml"
SINGLE: Mapping[str, type[BaseModel]] = {
    "plan.yaml": PlanFile,
    "definitions.yaml": DefinitionsFile,
    "priorities.yaml": PrioritiesFile,
    "roles.yaml": RolesFile,
    "people.yaml": PeopleFile,
    "routes.yaml": RoutesFile,
    "changes.yaml": ChangesFile,
    "posture.yaml": PostureFile,
}
# What a plan may do without; everything else of SINGLE it must have.
OPTIONAL = frozenset({"changes.yaml", "posture.yaml", "routes.yaml"})
FOLDERS: Mapping[str, type[BaseModel]] = {
    "teams": TeamFile,
    "services": ServiceFile,
    "schedules": ScheduleFile,
    "escalation": EscalationFile,
    "comms": CommsFile,
    "runbooks": RunbookFile,
    "drills": DrillFile,
}
_SLUG = re.compile(SLUG)
_CASE = re.compile(r"(hit|miss)_[a-z0-9_-]{1,64}\.json", re.ASCII)
_ASSET_CASE = re.compile(r"(hit|miss|na|unknown)_[a-z0-9_-]{1,80}\.json", re.ASCII)


class Sort(StrEnum):
    """How a file is read."""

    WORDS = "words"
    RULE = "rule"
    HIT = "hit"
    MISS = "miss"
    SIGNATURE = "signature"
    NA = "na"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Place:
    """What a path means: how it is read, in which folder it stands, and the id it gives."""

    sort: Sort
    folder: str
    id: str
    words: type[BaseModel] | None = None


def place_of(path: str) -> Place | str:
    """Say what a path means in a plan, or advise where such a file belongs."""
    match path.split("/"):
        case [name] if name in SINGLE:
            return Place(Sort.WORDS, "", name.removesuffix(".yaml"), SINGLE[name])
        case [folder, name] if folder in FOLDERS:
            return _named(folder, name)
        case ["rules", rule, name] if _SLUG.fullmatch(rule):
            return _in_rule(rule, name)
        case ["signatures", signature, name] if _SLUG.fullmatch(signature):
            return _in_signature(signature, name)
        case [folder, _, *_]:
            return _in_folder(folder)
        case _:
            return nearest(path, SINGLE)


def _named(folder: str, name: str) -> Place | str:
    stem = name.removesuffix(".yaml")
    if stem != name and _SLUG.fullmatch(stem):
        return Place(Sort.WORDS, folder, stem, FOLDERS[folder])
    return f"name it {folder}/ID.yaml, the id in small letters, digits and hyphens"


def _in_rule(rule: str, name: str) -> Place | str:
    if name == RULE:
        return Place(Sort.RULE, "rules", rule)
    case = _CASE.fullmatch(name)
    if case is None:
        return f"a rule's folder holds {RULE}, hit_*.json and miss_*.json"
    return Place(Sort(case[1]), "rules", rule)


def _in_signature(signature: str, name: str) -> Place | str:
    if name == SIGNATURE:
        return Place(Sort.SIGNATURE, "signatures", signature)
    case = _ASSET_CASE.fullmatch(name)
    if case is None:
        return (
            f"a signature's folder holds {SIGNATURE}, hit_*.json and miss_*.json,"
            " and it may hold na_*.json and unknown_*.json"
        )
    return Place(Sort(case[1]), "signatures", signature)


def _in_folder(folder: str) -> str:
    if folder == "rules":
        return f"a rule is a folder: rules/ID/{RULE} with hit_*.json and miss_*.json beside it"
    if folder == "signatures":
        return f"a signature is a folder: signatures/ID/{SIGNATURE} with its cases beside it"
    return f"there is no folder `{folder}`; {nearest(folder, (*FOLDERS, 'rules', 'signatures'))}"
