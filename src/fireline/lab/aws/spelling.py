"""Spell parameters and answers as CloudTrail does: in small beginnings, and without secrets."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

Record = dict[str, Any]

MASK = "HIDDEN_DUE_TO_SECURITY_REASONS"
# Never in a record at all.
_LEFT_OUT = re.compile(r"(?i)^(secretaccesskey|secretstring|secretbinary|plaintext|zipfile)$")
_LEFT_OUT_OF = {
    "iam": re.compile(r"^(Password|OldPassword|NewPassword|Base32StringSeed|QRCodePNG)$"),
    "kms": re.compile(r"^(CiphertextBlob|PrivateKeyPlaintext|Message)$"),
}
_MASKED = re.compile(r"(?i)(password|sessiontoken|securestring)")
# In these calls these too, by real records.
_MASKED_IN = {
    "ssm:PutParameter": frozenset({"Value"}),
    "ssm:SendCommand": frozenset({"Parameters"}),
    "lambda:Invoke": frozenset({"Payload"}),
}
# Real answers do not have these, though the API's do.
_UNSAID = {"iam:CreateRole": frozenset({"MaxSessionDuration", "RoleLastUsed"})}
# This service's names keep their great beginnings.
_AS_THEY_ARE = frozenset({"account"})
# Where the name on the wire is another than the API's.
_RENAMED = {("eks", "clusterName"): "name"}
# What stays of these is that they were there.
_EMPTIED = {"lambda": frozenset({"Environment", "Code"})}
# Newer services write dates with a comma after the year, as newer Java does.
_OLD_DATES = frozenset({"iam", "ssm"})


@dataclass(frozen=True, slots=True)
class _Spelling:
    """How the parameters and answers of one call are spelled."""

    call_name: str

    @property
    def service(self) -> str:
        return self.call_name.partition(":")[0]

    def whole(self, mapping: Mapping[str, Any]) -> Record:
        keep = self.service in _AS_THEY_ARE
        mapping = {_RENAMED.get((self.service, name), name): one for name, one in mapping.items()}
        return {
            name if keep else small(name): self.member(name, inner)
            for name, inner in mapping.items()
            if not self.is_left_out(name)
        }

    def is_left_out(self, name: str) -> bool:
        here = _LEFT_OUT_OF.get(self.service)
        unsaid = _UNSAID.get(self.call_name, ())
        return bool(_LEFT_OUT.match(name) or (here and here.match(name)) or name in unsaid)

    def member(self, name: str, value: object) -> Any:
        if name in _EMPTIED.get(self.service, ()) and isinstance(value, Mapping):
            return {}
        hidden = isinstance(value, str) and _MASKED.search(name)
        if hidden or name in _MASKED_IN.get(self.call_name, ()):
            return MASK
        return self.value(name, value)

    def value(self, name: str, value: object) -> Any:
        match value:
            case Mapping():
                return self.whole(cast("Mapping[str, Any]", value))
            case list() | tuple():
                return [self.member(name, one) for one in cast("list[object]", value)]
            case datetime():
                return long_date(value, comma=self.service not in _OLD_DATES)
            case str() | int() | float() | bool() | None:
                return value
            case _:
                return MASK


def spelled(value: Mapping[str, Any], call_name: str) -> Record:
    """Spell parameters, or an answer, of a call in IAM's spelling."""
    return _Spelling(call_name).whole(value)


def small(name: str) -> str:
    """Spell a name with a small beginning: `ARN` becomes `aRN`, as in real records."""
    return name[:1].lower() + name[1:]


def long_date(moment: datetime, *, comma: bool) -> str:
    """Write a date as the answers in records have it: the long American way."""
    hour = moment.strftime("%I").lstrip("0")
    year = f"{moment.year}," if comma else str(moment.year)
    return f"{moment:%b} {moment.day}, {year} {hour}:{moment:%M:%S %p}"


def xml_value(text: str) -> Any:
    """Read a bare text of a document as the turning of XML into JSON does: by its looks."""
    if text in {"true", "false"}:
        return text == "true"
    return int(text) if re.fullmatch(r"-?(0|[1-9]\d{0,14})", text) else text
