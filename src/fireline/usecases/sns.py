"""Hear what SNS posts: proven first, each message once, subscriptions only to our topics.

The order of the proof matters: nothing of a message is used, and nothing is fetched for it, before
what comes earlier holds. First the topic, then the address of the certificate, then the signature,
then the age.
"""

from collections.abc import Awaitable, Callable
from enum import StrEnum

from fireline.core.signals import sns_message
from fireline.core.signals.fields import Wrong, decode_object
from fireline.core.signals.formats import cloudwatch, eventbridge, sns
from fireline.core.signals.notice import Notice, Status
from fireline.core.signals.sns_message import SnsMessage
from fireline.core.signals.sns_proof import why_unproven
from fireline.core.values.actor import Machine
from fireline.core.values.json import JsonObject
from fireline.core.values.priority import Priority
from fireline.core.values.refusals import Kind, Refusal
from fireline.ports.source import Parcel
from fireline.store.sources import Registered
from fireline.usecases import signals
from fireline.usecases.facts import house_stream, record
from fireline.usecases.intake import Source, say
from fireline.usecases.once import Message, is_fresh, keep_once
from fireline.usecases.transaction import Tx

VIA = "sns"
TOPICS = "topics"  # the setting: the ARNs of the topics a source listens to
_BY = Machine("intake")
Visit = Callable[[str], Awaitable[None]]


class SnsRefused(Refusal):
    """A post is not from a topic of this source, or is not proven to be from SNS at all."""

    kind = Kind.FORBIDDEN
    code = "sns.refused"


class SnsUnreadable(Refusal):
    """A post is no message of SNS."""

    kind = Kind.INVALID
    code = "sns.unreadable"


class Heard(StrEnum):
    """What became of a message."""

    KEPT = "accepted"
    REPEATED = "repeated"
    SUBSCRIBED = "subscribed"
    UNSUBSCRIBED = "unsubscribed"


def opened(source: Source, body: bytes) -> SnsMessage:
    """Read a post as far as may be before it is proven. Raises SnsUnreadable, SnsRefused.

    When this returns, its certificate may be fetched.
    """
    try:
        message = sns_message.parse(body)
    except Wrong as wrong:
        msg = f"This is no message of SNS: {wrong.why}."
        raise SnsUnreadable(msg, hint="Is raw message delivery on? Turn it off.") from wrong
    only_our_topics(source, message.topic)
    why = sns_message.why_not_certificate(message.certificate_url)
    if why:
        msg = f"SigningCertURL is not SNS's: {why}."
        raise SnsRefused(msg)
    return message


def only_our_topics(source: Source, topic: str) -> None:
    """Raise SnsRefused unless a topic is one of the source's."""
    topics = source.settings.get(TOPICS)
    if not isinstance(topics, list) or topic not in topics:
        msg = f"TopicArn is none of the topics of the source {source.name}."
        raise SnsRefused(msg, hint="List it in the source's settings, under topics.")


def prove(tx: Tx, message: SnsMessage, pem: bytes) -> None:
    """Raise SnsRefused unless SNS signed a message, lately."""
    why = why_unproven(message, pem, tx.now) or sns_message.why_stale(message, tx.now)
    if why:
        msg = f"The message is not proven: {why}."
        raise SnsRefused(msg)


async def hear(tx: Tx, source: Source, message: SnsMessage, body: bytes) -> Heard:
    """Keep a proven message, once."""
    if message.kind == sns_message.UNSUBSCRIPTION:
        return await _unsubscribed(tx, source, message)
    carried = sns.message_of(decode_object(body))
    if eventbridge.is_log_record(carried):
        # What CloudTrail records is for the rules to judge; signals are known by their own ids.
        parcel = Parcel("", VIA, f"sns:{message.id}", body)
        known = Registered(source.id, source.name, source.drill_id)
        kept = await signals.keep(tx, known, [parcel])
        return Heard.REPEATED if kept.repeated else Heard.KEPT
    meta = alarm_meaning(source)
    kept = await keep_once(tx, source, [Message(message.id, body, sns.FORMAT, meta)])
    return Heard.KEPT if kept else Heard.REPEATED


async def hear_raw(tx: Tx, source: Source, id_: str, topic: str, body: bytes) -> Heard:
    """Keep a message that came without its envelope, on the word of the source's token alone."""
    only_our_topics(source, topic)
    meta = {**alarm_meaning(source), sns.RAW: "true", sns.TOPIC: topic}
    kept = await keep_once(tx, source, [Message(id_, body, sns.FORMAT, meta)])
    return Heard.KEPT if kept else Heard.REPEATED


async def subscribe(tx: Tx, source: Source, message: SnsMessage, visit: Visit) -> Heard:
    """Confirm the subscription of a topic of ours, and write it down.

    The visit is part of the transaction: when it fails, the message counts as never heard, and SNS
    sends it again.
    """
    why = sns_message.why_not_confirmation(message)
    if why:
        msg = f"SubscribeURL is not to be visited: {why}."
        raise SnsRefused(msg)
    if not await is_fresh(tx, source, message.id):
        return Heard.REPEATED
    await visit(message.subscribe_url)
    text = f"the source {source.name} is subscribed to {message.topic}"
    body: JsonObject = {"source": source.name, "topic": message.topic, "text": text}
    await record(tx, house_stream(), "source.subscribed", by=_BY, body=body)
    await say(tx, _silence(source, message, Status.RESOLVED))
    return Heard.SUBSCRIBED


def alarm_meaning(source: Source) -> dict[str, str]:
    """Return what the source's settings say of alarms without data, for the reader."""
    meaning = source.settings.get(cloudwatch.INSUFFICIENT_DATA)
    return {cloudwatch.INSUFFICIENT_DATA: meaning} if isinstance(meaning, str) else {}


async def _unsubscribed(tx: Tx, source: Source, message: SnsMessage) -> Heard:
    if not await is_fresh(tx, source, message.id):
        return Heard.REPEATED
    text = f"the source {source.name} is no longer subscribed to {message.topic}"
    body: JsonObject = {"source": source.name, "topic": message.topic, "text": text}
    await record(tx, house_stream(), "source.unsubscribed", by=_BY, body=body)
    # Whoever wants an attack unseen begins here.
    await say(tx, _silence(source, message, Status.FIRING))
    return Heard.UNSUBSCRIBED


def _silence(source: Source, message: SnsMessage, status: Status) -> Notice:
    return Notice(
        key=f"sns.unsubscribed:{source.id}:{message.topic}",
        status=status,
        title=f"The topic {message.topic.rpartition(':')[2]} no longer tells fireline",
        priority=Priority.P3,
        kind="sns.unsubscribed",
        description=f"Somebody ended the subscription of {message.topic} for {source.name}.",
        tactics=("defense-evasion",),
        by="SNS" if status is Status.RESOLVED else "",
    )
