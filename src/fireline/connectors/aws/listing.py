"""Reads rows of the table: lists, pages, batches, details, and what is one of them now.

A row that is odd breaks nothing: a detail that fails is unread with its reason, and one without an
id is counted and said. Only what concerns all of them (no credentials, a list refused) raises.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from fireline.connectors.aws.asking import Answer, Ask, Asking
from fireline.connectors.aws.expressions import each, filled, search, written
from fireline.connectors.aws.looking_outcomes import RAISED, code_of, is_gone
from fireline.core.assets.naming import partition_of, parts_of
from fireline.core.assets.resource_type import Batch, Detail, ResourceType, Scope
from fireline.ports.inventory import CouldNotLook, Why

# So many rows are under way at once: a bucket's details are nine calls, and there may be thousands.
ROWS_AT_ONCE = 100
_TAGS = "tags"
_TAGGING = "resourcegroupstaggingapi"
# What moves a bucket's calls to where it is; S3 lists the buckets of all regions.
_OWN_REGION = "BucketRegion"

Table = Mapping[str, ResourceType]
Row = dict[str, Any]


class CouldNotError(Exception):
    """Nothing of this can be looked at."""

    def __init__(self, why: CouldNotLook) -> None:
        super().__init__(why.said)
        self.why = why


@dataclass(slots=True)
class Found:
    """One resource as it was read, before it is cleaned and named."""

    row: Row
    unread: dict[str, str] = field(default_factory=dict[str, str])
    tags: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """Reads one type in one place. `spread` runs a function over many at once."""

    table: Table
    type: ResourceType
    region: str
    asking: Asking
    spread: Callable[[Callable[[Any], None], Sequence[Any]], None]

    @property
    def known(self) -> dict[str, str]:
        """Return what braces may name anywhere."""
        return {
            "account": self.asking.account,
            "region": self.region or self.asking.clients.way.region,
            "partition": partition_of(self.asking.clients.way.region),
        }

    def all(self) -> list[Found]:
        """Read everything of the type here."""
        found = [Found(row) for row in self.rows()]
        for begin in range(0, len(found), ROWS_AT_ONCE):
            self.spread(self.detail, found[begin : begin + ROWS_AT_ONCE])
        self.tag(found)
        return found

    def rows(self) -> list[Row]:
        """List the rows, described where a list only names them, without details."""
        rows: list[Row] = []
        for parent in self._parents():
            listed = self._listed(self.type.operation, self.type.parameters, parent)
            if self.region in self.type.also_in:
                more = self.type.also_in[self.region]
                listed = [*listed, *self._listed(self.type.operation, more, parent)]
            rows += self._described(listed, parent)
        return rows

    def detail(self, found: Found) -> None:
        """Ask every detail of one row, in the order written."""
        for detail in self.type.details:
            self.ask_detail(found, detail)

    def order(self) -> tuple[list[Detail], list[Detail]]:
        """Tell the details that may be asked at once from those that speak of earlier ones."""
        at_once: list[Detail] = []
        then: list[Detail] = []
        for detail in self.type.details:
            said = f"{detail.when} {detail.parameters}"
            speaks = any(one.name in said for one in self.type.details if one is not detail)
            (then if speaks else at_once).append(detail)
        return at_once, then

    def ask_detail(self, found: Found, detail: Detail) -> None:
        """Ask one detail. One that fails is unread; lost credentials concern everything."""
        if detail.when and not search(detail.when, found.row):
            found.row[detail.name] = None
            return
        region = found.row.get(_OWN_REGION) or self.region
        service = detail.service or self.type.service
        parameters = filled(detail.parameters, found.row, self._known_of(found.row))
        ask = Ask(service, detail.operation, parameters, str(region))
        try:
            answer = self._whole(ask)
        except RAISED as error:
            if code_of(error) in detail.absent:
                found.row[detail.name] = None
                return
            why = self._why(error, ask)
            if why.why is Why.CREDENTIALS:
                raise CouldNotError(why) from error
            found.unread[detail.name] = f"{why.why.value}: {why.said}"
        else:
            found.row[detail.name] = search(detail.take, answer) if detail.take else answer

    def one(self, identifier: str) -> Found | None:
        """Read one alone, without its details; `None` when it is not there."""
        kind = self.type
        known = {**self.known, "id": identifier, **parts_of(kind, identifier)}
        if kind.find:
            rows = self._found(kind.find, kind.find_result or kind.result, known)
        elif kind.again:
            rows = self._found(kind.operation, kind.result, known)
            rows = self._described(rows, {})
        elif kind.batch and kind.operation and not kind.under:
            rows = self._described([{}], {}, names=[identifier])
        else:
            rows = self.rows()
        found = next((row for row in rows if self._is(row, identifier)), None)
        return None if found is None else Found(found)

    def id_of(self, row: Row) -> str:
        """Name a row; empty when it has nothing to name it by."""
        identifier = written(self.type.id, row, self.known)
        return "" if identifier is None else str(identifier)

    def _is(self, row: Row, identifier: str) -> bool:
        own = self.id_of(row)
        # Asked for by another name, such as an alias, AWS answers with the one it means.
        return own == identifier or bool(own and self.type.forms and self._alone)

    @property
    def _alone(self) -> bool:
        return bool(self.type.find or self.type.again or self.type.batch)

    def _known_of(self, row: Row) -> dict[str, str]:
        identifier = self.id_of(row)
        return {**self.known, "id": identifier, **parts_of(self.type, identifier)}

    def _parents(self) -> Iterable[Row]:
        if not self.type.under:
            return ({},)
        return replace(self, type=self.table[self.type.under]).rows()

    def _listed(self, operation: str, parameters: Mapping[str, Any], parent: Row) -> list[Row]:
        if not operation:
            return [{"Region": self.region} if self.type.scope is Scope.REGION else {}]
        asked = filled(parameters, parent, self.known)
        ask = Ask(self.type.service, operation, asked, self.region, self.type.next_page)
        try:
            pages = self.asking.pages(ask)
            rows = [row for page in pages for row in each(self.type.result, page)]
        except RAISED as error:
            if code_of(error) in self.type.none_when or (parent and is_gone(error)):
                return []
            raise CouldNotError(self._why(error, ask)) from error
        home = self.type.home
        return [row for row in rows if not home or search(home, row) in (self.region, None)]

    def _found(self, operation: str, result: str, known: Mapping[str, str]) -> list[Row]:
        ask = Ask(self.type.service, operation, filled(self.type.again, {}, known), self.region)
        try:
            return each(result, self.asking.ask(ask))
        except RAISED as error:
            if is_gone(error) or code_of(error) in self.type.none_when:
                return []
            raise CouldNotError(self._why(error, ask)) from error

    def _described(
        self, rows: list[Any], parent: Row, *, names: list[Any] | None = None
    ) -> list[Row]:
        batch = self.type.batch
        if batch is None:
            return [row if isinstance(row, dict) else {"Name": row} for row in rows]
        named = [(row, name) for row in rows for name in names or each(batch.names, row)]
        described: list[Row] = []
        if batch.size > 1:
            for begin in range(0, len(named), batch.size):
                asked = [name for _, name in named[begin : begin + batch.size]]
                described += self._batch(batch, asked, parent)
            return described
        gathered: list[list[Row]] = [[] for _ in named]

        def describe(at: int) -> None:
            row, name = named[at]
            own = cast("Row", row) if isinstance(row, dict) else {}
            gathered[at] = [{**own, **more} for more in self._batch(batch, name, parent)]

        for begin in range(0, len(named), ROWS_AT_ONCE):
            self.spread(describe, range(begin, min(begin + ROWS_AT_ONCE, len(named))))
        return [row for some in gathered for row in some]

    def _batch(self, batch: Batch, names: Any, parent: Row) -> list[Row]:
        more = filled(batch.parameters, parent, self.known)
        ask = Ask(self.type.service, batch.operation, {batch.parameter: names, **more}, self.region)
        try:
            found = each(batch.result, self._whole(ask))
        except RAISED as error:
            if code_of(error) in batch.gone | self.type.none_when or is_gone(error):
                return []
            raise CouldNotError(self._why(error, ask)) from error
        return [cast("Row", row) for row in found if isinstance(row, dict)]

    def _whole(self, ask: Ask) -> Answer:
        """Put all pages of an answer together."""
        whole: Answer = {}
        for page in self.asking.pages(ask):
            for name, value in page.items():
                if name == "ResponseMetadata":
                    continue
                if isinstance(value, list) and isinstance(whole.get(name), list):
                    whole[name] = [*whole[name], *cast("list[Any]", value)]
                else:
                    whole[name] = value
        return whole

    def tag(self, found: Sequence[Found]) -> None:
        """Fetch the tags of what was found, where the listing has none: S3's where a bucket is."""
        if not self.type.tagged:
            return
        regions: dict[str, list[Found]] = {}
        for one in found:
            regions.setdefault(str(one.row.get(_OWN_REGION) or self.region), []).append(one)
        for region, there in regions.items():
            self._tag_there(there, region)

    def _tag_there(self, found: list[Found], region: str) -> None:
        parameters: dict[str, Any] = {"ResourceTypeFilters": [self.type.tagged]}
        arn = self.arn_of(found[0].row)
        if len(found) == 1 and arn:
            parameters = {"ResourceARNList": [arn]}
        ask = Ask(_TAGGING, "GetResources", parameters, region)
        try:
            by_arn = dict(self._tags(ask))
        except RAISED as error:
            why = self._why(error, ask)
            for one in found:
                one.unread[_TAGS] = f"{why.why.value}: {why.said}"
            return
        for one in found:
            one.tags = by_arn.get(self.arn_of(one.row), {})

    def _tags(self, ask: Ask) -> Iterator[tuple[str, Mapping[str, str]]]:
        for page in self.asking.pages(ask):
            for one in page.get("ResourceTagMappingList", []):
                yield str(one.get("ResourceARN", "")), tags_of(one.get("Tags"))

    def arn_of(self, row: Row) -> str:
        """Write a row's ARN; empty when it has none."""
        if not self.type.arn:
            return ""
        arn = written(self.type.arn, row, self._known_of(row))
        return "" if arn is None else str(arn)

    def _why(self, error: Exception, ask: Ask) -> CouldNotLook:
        return self.asking.why_not(error, ask)


def tags_of(found: Any) -> dict[str, str]:
    """Read tags as a map: AWS's services give a map, or lists with names of their own."""
    if isinstance(found, Mapping):
        pairs = cast("Mapping[Any, Any]", found).items()
        return {str(name): str(value) for name, value in pairs}
    if not isinstance(found, list):
        return {}
    tags: dict[str, str] = {}
    for one in cast("list[Any]", found):
        if not isinstance(one, Mapping):
            continue
        small = {str(k).lower().removeprefix("tag"): v for k, v in cast("Row", one).items()}
        if "key" in small:
            tags[str(small["key"])] = str(small.get("value") or "")
    return tags
