"""SNS: the letter around what a service publishes to a topic; its proof is the door's.

Shape: https://docs.aws.amazon.com/sns/latest/dg/http-notification-json.html. The message inside is
a CloudWatch alarm, an EventBridge event, a notification of Config, a finding of Security Hub, or
plain text from somebody's script. With raw delivery, or out of a queue, it comes without letter.
"""

from collections.abc import Mapping

from fireline.core.signals.aws_names import Place, parse_arn
from fireline.core.signals.decoding import moment_of
from fireline.core.signals.entity import ACCOUNT, REGION, Entity
from fireline.core.signals.fields import Wrong, decode_object, first, flat, inner, objects, text
from fireline.core.signals.formats import aws_config, cloudwatch, eventbridge, securityhub
from fireline.core.signals.notice import Notice, Status
from fireline.core.signals.payload import Payload, Reading
from fireline.core.signals.severities import SEVERITIES
from fireline.core.signals.tidying import clean, one_line
from fireline.core.values.json import JsonObject
from fireline.core.values.priority import Priority

FORMAT = "sns"
RAW = "x-amz-sns-rawdelivery"
TOPIC = "x-amz-sns-topic-arn"
_MOST_RECORDS = 10
_OVER = frozenset({"ok", "resolved", "closed", "recovered", "recovery", "up", "success", "healthy"})


def read(payload: Payload) -> Reading:
    """Read a letter, a bare message, or the records in which Lambda is given letters."""
    try:
        said = decode_object(payload.body)
    except Wrong as wrong:
        if wrong.code == "not_json" and payload.meta.get(RAW) == "true":
            return _plain({}, payload.body.decode("utf-8", "replace"), payload.meta)
        return wrong.unread(FORMAT)
    try:
        letters = [inner(each, "Sns") for each in objects(said, "Records", _MOST_RECORDS)]
        readings = [_letter(each, payload.meta) for each in letters if each] or [
            _letter(said, payload.meta)
        ]
    except Wrong as wrong:
        return wrong.unread(FORMAT)
    return Reading(
        tuple(each for one in readings for each in one.said),
        tuple(each for one in readings for each in one.unread),
    )


def is_message(said: JsonObject) -> bool:
    """Say whether a bare message is of a kind that has a reader of its own."""
    known = (cloudwatch.is_alarm, aws_config.is_notification, securityhub.is_finding)
    return any(is_one(said) for is_one in known)


def message_of(said: JsonObject) -> JsonObject:
    """Return the object a letter carries, or the thing itself when it is no letter."""
    if not is_letter(said):
        return said
    try:
        return decode_object(text_whole(said).encode("utf-8", "replace"))
    except Wrong:
        return {}


def is_letter(said: JsonObject) -> bool:
    """Say whether this is SNS's own envelope."""
    return said.get("Type") == "Notification" and isinstance(said.get("Message"), str)


def text_whole(said: JsonObject) -> str:
    """Return the message as it was published, uncut."""
    message = said.get("Message")
    return message if isinstance(message, str) else ""


def _letter(said: JsonObject, meta: Mapping[str, str]) -> Reading:
    message = message_of(said)
    if cloudwatch.is_alarm(message):
        return eventbridge.reading(cloudwatch.read_message(message, meta))
    if "detail-type" in message or securityhub.is_finding(message):
        return eventbridge.read_object(message, meta)
    if aws_config.is_notification(message):
        return eventbridge.reading(aws_config.read(message, Place("", "")))
    if not is_letter(said) and meta.get(RAW) != "true":
        why = "neither a letter of SNS nor a message of a known kind"
        raise Wrong(code="unknown_shape", field="Type", why=why)
    return _plain(said, text_whole(said), meta, message)


def _plain(
    letter: JsonObject, body: str, meta: Mapping[str, str], message: JsonObject | None = None
) -> Reading:
    """Read what somebody's own program published: a subject and a text, or JSON of its own."""
    held, body = message or {}, clean(body)
    topic = text(letter, "TopicArn") or meta.get(TOPIC, "")
    arn = parse_arn(topic)
    subject = text(letter, "Subject") or first(held, "title", "subject", "message", "summary")
    title = subject or one_line(body)
    outcome = first(held, "status", "state").lower()
    grade = first(held, "severity", "priority", "level").lower()
    own = first(held, "key", "alias", "dedup_key", "id")
    notice = Notice(
        # Without a key of its own, the same subject on the same topic is the same problem.
        key=f"{topic}:{own or title}",
        status=Status.RESOLVED if outcome in _OVER else Status.FIRING,
        title=title,
        priority=SEVERITIES.get(grade, Priority.P3),
        at=moment_of(letter.get("Timestamp")),
        kind=arn.resource if arn else "sns",
        description=first(held, "description", "text") or body,
        service=text(held, "service"),
        entities=(Entity(ACCOUNT, arn.account), Entity(REGION, arn.region)) if arn else (),
        tags=("sns",),
        labels=flat(held) | {"topic": topic},
    )
    return eventbridge.reading([notice])
