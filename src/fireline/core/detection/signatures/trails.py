"""What an account's trails record, and which alarms of CloudWatch ring over it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, cast

from fireline.core.detection.signatures.filter_patterns import Event, counts
from fireline.core.detection.signatures.telling import CannotTell, any_of, every_of

TRAILS, FILTERS, ALARMS = "cloudtrail.trail", "logs.metric_filter", "cloudwatch.alarm"
Row = Mapping[str, Any]
Seen = Mapping[str, Sequence[Row]]
Unread = Mapping[str, str]
_OBJECTS = "AWS::S3::Object"
# A selector of data events that asks for more than these is of some of them only.
_OF_OBJECTS = frozenset({"eventCategory", "resources.type", "resources.ARN", "readOnly"})
_ONLY = {"read": ("ReadOnly", "true"), "write": ("WriteOnly", "false")}
# What every call carries, for patterns that ask for it.
_CALL: Event = {
    "eventType": "AwsApiCall",
    "sourceIPAddress": "203.0.113.7",
    "userIdentity": {"type": "AssumedRole"},
}


def trail_records_everything(seen: Seen, unread: Unread) -> bool:
    """Say whether a trail logs every management call of every region, now.

    It must be a trail of all regions that is logging, with reads and writes, and leave no service
    out. An organisation's trail counts in each of its accounts.
    """
    return any_of([*_of(seen, TRAILS, _everything), *_doubt(unread, TRAILS)])


def trail_records_objects(seen: Seen, unread: Unread, what: str) -> bool:
    """Say whether a trail that is logging records what is done with objects in S3.

    `what` is `read` or `write`. Those of some buckets are enough: which buckets matter, nobody
    can see.
    """
    return any_of([*_of(seen, TRAILS, partial(_objects, what)), *_doubt(unread, TRAILS)])


def alarm_rings(seen: Seen, unread: Unread, events: Sequence[Any]) -> bool:
    """Say whether for each of some events an alarm rings that tells somebody.

    A metric filter must count the event in the log group of a trail that records everything, and
    an alarm with actions watch its metric in the same region. An event is a call, such as
    `kms:DisableKey`, or fields of an event of CloudTrail.
    """
    doubt: CannotTell | None = None
    for event in map(_event, events):
        try:
            if not _rings(seen, unread, event):
                return False
        except CannotTell as told:
            doubt = doubt or told
    if doubt is not None:
        raise doubt
    return True


def _event(said: Any) -> Event:
    if isinstance(said, Mapping):
        return {**_CALL, **cast("Event", said)}
    service, _, call = str(said).partition(":")
    return {**_CALL, "eventSource": f"{service}.amazonaws.com", "eventName": call}


def _of(seen: Seen, kind: str, asks: Callable[[Row], bool]) -> Iterator[Callable[[], bool]]:
    return (partial(asks, row) for row in seen.get(kind, ()))


def _doubt(unread: Unread, *kinds: str) -> Iterator[Callable[[], bool]]:
    """Doubt for each kind that was not looked at everywhere: there may be more."""
    for kind in kinds:
        why = unread.get(f"related.{kind}")
        if why is not None:
            yield partial(_refuse, f"could not look at {kind}: {why}")


def _refuse(why: str) -> bool:
    raise CannotTell(why)


def _read(row: Row, name: str) -> Any:
    """Return a part of a row's configuration that must have been read."""
    why = row["unread"].get(name)
    if why is not None:
        msg = f"could not read {name}: {why}"
        raise CannotTell(msg)
    if name not in row["config"]:
        msg = f"{row['id']} has no {name}"
        raise CannotTell(msg)
    return row["config"][name]


def _everything(trail: Row) -> bool:
    return every_of(
        [
            lambda: _read(trail, "IsMultiRegionTrail") is True,
            lambda: _logs(trail),
            lambda: any(map(_all_calls, _selectors(trail))),
        ]
    )


def _objects(what: str, trail: Row) -> bool:
    return every_of(
        [
            lambda: _logs(trail),
            lambda: any(_with_objects(one, what) for one in _selectors(trail)),
        ]
    )


def _logs(trail: Row) -> bool:
    return _read(trail, "Status")["IsLogging"] is True


def _selectors(trail: Row) -> list[Row]:
    said = _read(trail, "Selectors")
    return [*(said.get("EventSelectors") or ()), *(said.get("AdvancedEventSelectors") or ())]


def _fields(selector: Row) -> dict[str, Row]:
    return {one["Field"]: one for one in selector["FieldSelectors"]}


def _all_calls(selector: Row) -> bool:
    if "FieldSelectors" in selector:
        fields = _fields(selector)
        return [*fields] == ["eventCategory"] and "Management" in _equals(fields, "eventCategory")
    return (
        selector.get("IncludeManagementEvents") is True
        and selector.get("ReadWriteType") == "All"
        and not selector.get("ExcludeManagementEventSources")
    )


def _with_objects(selector: Row, what: str) -> bool:
    one_way, read_only = _ONLY[what]
    if "FieldSelectors" in selector:
        fields = _fields(selector)
        return (
            fields.keys() <= _OF_OBJECTS
            and _OBJECTS in _equals(fields, "resources.type")
            and ("readOnly" not in fields or read_only in _equals(fields, "readOnly"))
        )
    return selector.get("ReadWriteType") in ("All", one_way) and any(
        one["Type"] == _OBJECTS and one.get("Values") for one in selector.get("DataResources") or ()
    )


def _equals(fields: Mapping[str, Row], name: str) -> Sequence[str]:
    return fields.get(name, {}).get("Equals") or ()


def _rings(seen: Seen, unread: Unread, event: Event) -> bool:
    """Say whether an alarm rings for an event."""
    return any_of(
        [
            *_of(seen, FILTERS, lambda each: _rung_by(each, seen, unread, event)),
            *_doubt(unread, FILTERS),
        ]
    )


def _rung_by(each: Row, seen: Seen, unread: Unread, event: Event) -> bool:
    alarms = (_of(seen, ALARMS, lambda alarm: _watches(alarm, each)), _doubt(unread, ALARMS))
    trails = (_of(seen, TRAILS, lambda trail: _feeds(trail, each)), _doubt(unread, TRAILS))
    return every_of(
        [
            lambda: counts(str(_read(each, "filterPattern")), event),
            lambda: any_of(_both(*alarms)),
            lambda: any_of(_both(*trails)),
        ]
    )


def _both(*parts: Iterable[Callable[[], bool]]) -> list[Callable[[], bool]]:
    return [ask for part in parts for ask in part]


def _feeds(trail: Row, each: Row) -> bool:
    """Say whether a trail that records everything writes to a filter's log group."""
    arn = str(trail["config"].get("CloudWatchLogsLogGroupArn") or "").split(":", 6)
    group = f"log-group:{each['config'].get('logGroupName')}"
    here = [each["region"], each["account"]]
    same = len(arn) == 7 and arn[3:5] == here and arn[5] + ":" + arn[6].removesuffix(":*") == group
    return same and _everything(trail)


def _watches(alarm: Row, each: Row) -> bool:
    """Say whether an alarm that tells somebody watches what a filter counts."""
    config = alarm["config"]
    if config.get("ActionsEnabled") is False or not config.get("AlarmActions"):
        return False
    fed = {
        (one.get("metricNamespace"), one.get("metricName"))
        for one in each["config"].get("metricTransformations") or ()
    }
    return alarm["region"] == each["region"] and not fed.isdisjoint(_metrics(config))


def _metrics(config: Row) -> Iterator[tuple[Any, Any]]:
    yield config.get("Namespace"), config.get("MetricName")
    for one in cast("Sequence[Row]", config.get("Metrics") or ()):
        stat: Row = one.get("MetricStat") or {}
        metric: Row = stat.get("Metric") or {}
        yield metric.get("Namespace"), metric.get("MetricName")
