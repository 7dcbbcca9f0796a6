"""Regions: which there are, which are on, and turning them on and off."""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, cast

from fireline.lab.aws.answers import Denial
from fireline.lab.aws.asked import Asked, Own
from fireline.lab.aws.settings import ALWAYS_ON, OPT_IN, REGIONS

_ACCOUNTS_WORD = {
    "opt-in-not-required": "ENABLED_BY_DEFAULT",
    "opted-in": "ENABLED",
    "not-opted-in": "DISABLED",
}


def describe_regions(asked: Asked) -> Mapping[str, Any] | Denial:
    """Answer DescribeRegions: those that are on, or with AllRegions every one."""
    named: Sequence[str] = asked.given("RegionNames", ())
    unknown = [name for name in named if name not in REGIONS]
    if unknown:
        return Denial(400, "InvalidParameterValue", f"Invalid region provided: {unknown[0]}")
    everything = bool(asked.given("AllRegions", otherwise=False)) or bool(named)
    rows = [
        _row(name, asked.settings.opt_in_status(name))
        for name in REGIONS
        if (not named or name in named) and (everything or asked.settings.is_on(name))
    ]
    filters = cast("Sequence[Mapping[str, Any]]", asked.given("Filters", ()))
    return {"Regions": [row for row in rows if all(_passes(row, one) for one in filters)]}


def _row(name: str, status: str) -> dict[str, str]:
    return {
        "RegionName": name,
        "Endpoint": f"ec2.{name}.amazonaws.com",
        "OptInStatus": status,
    }


def _passes(row: Mapping[str, str], wanted: Mapping[str, Any]) -> bool:
    key = {"region-name": "RegionName", "endpoint": "Endpoint", "opt-in-status": "OptInStatus"}
    value = row.get(key.get(str(wanted.get("Name")), ""), "")
    return any(fnmatchcase(value, pattern) for pattern in wanted.get("Values") or ())


def list_regions(asked: Asked) -> Mapping[str, Any]:
    """Answer account:ListRegions."""
    wanted: Sequence[str] = asked.given("RegionOptStatusContains", ())
    rows = [{"RegionName": name, "RegionOptStatus": _account_word(asked, name)} for name in REGIONS]
    return {"Regions": [row for row in rows if not wanted or row["RegionOptStatus"] in wanted]}


def region_status(asked: Asked) -> Mapping[str, Any] | Denial:
    """Answer account:GetRegionOptStatus."""
    name = str(asked.given("RegionName", ""))
    if name not in REGIONS:
        return _no_region(name)
    return {"RegionName": name, "RegionOptStatus": _account_word(asked, name)}


def enable_region(asked: Asked) -> Mapping[str, Any] | Denial:
    """Turn a region on, at once; AWS takes minutes to hours."""
    name = str(asked.given("RegionName", ""))
    if name not in OPT_IN:
        return _no_region(name)
    asked.settings.opted_in.add(name)
    return {}


def disable_region(asked: Asked) -> Mapping[str, Any] | Denial:
    """Turn a region off."""
    name = str(asked.given("RegionName", ""))
    if name in ALWAYS_ON:
        return Denial(400, "ValidationException", f"Region {name} cannot be disabled.")
    asked.settings.opted_in.discard(name)
    return {}


def contact(asked: Asked) -> Mapping[str, Any]:
    """Answer account:GetContactInformation with an address nobody lives at."""
    said = {
        "FullName": f"Account {asked.account}",
        "AddressLine1": "1 Example Street",
        "City": "Exampleton",
        "PostalCode": "00000",
        "CountryCode": "DE",
        "PhoneNumber": "+4900000000",
    }
    return {"ContactInformation": said}


def _account_word(asked: Asked, region: str) -> str:
    return _ACCOUNTS_WORD[asked.settings.opt_in_status(region)]


def _no_region(name: str) -> Denial:
    return Denial(400, "ValidationException", f"Invalid region name: {name!r}.")


ACCOUNT: Mapping[str, Own] = {
    "ec2:DescribeRegions": describe_regions,
    "account:ListRegions": list_regions,
    "account:GetRegionOptStatus": region_status,
    "account:EnableRegion": enable_region,
    "account:DisableRegion": disable_region,
    "account:GetContactInformation": contact,
}
