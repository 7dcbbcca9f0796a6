"""Run what was recorded through a changed plan, and say who would have been told of what.

Nothing is kept and nobody is told. What was recorded is read in the order it came and lived through
twice, once by the plan that runs and once by the other; the work is done in a thread, chunk by
chunk, so that a month of signals neither fills the memory nor holds anybody up.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from fireline.core.alerting.hearing import notice_of
from fireline.core.alerting.sheets import Heard
from fireline.core.alerting.silences import Silence, SilenceBook
from fireline.core.alerting.whereabouts import Known, Sought
from fireline.core.assets.ref import AssetRef
from fireline.core.detection.finding import Finding
from fireline.core.oncall.schedule import Override
from fireline.core.plan.plan import Plan
from fireline.core.plan.what_if import Difference, Imagined, Past, Summary, compare
from fireline.core.signals.notice import Notice, Status
from fireline.core.signals.payload import Payload
from fireline.core.signals.readers import read
from fireline.core.values.ids import FindingId, RevisionId, ScheduleId, ServiceId, SignalId
from fireline.core.values.refusals import Kind, Refusal
from fireline.core.values.time import Span
from fireline.store import absences, asset_owners, overrides, what_if
from fireline.store.silences import SilenceRow
from fireline.store.what_if import EndRow, PayloadRow, SignalRow, Window
from fireline.usecases import detection
from fireline.usecases.learned_links import wishes
from fireline.usecases.raising import RULES
from fireline.usecases.transaction import Transactions, Tx

LONGEST = timedelta(days=366)
_RULES_ID = UUID(int=1)
_Both = tuple[list[Heard], list[Heard]]  # the same, as one plan and as the other hears it


class BadWindow(Refusal):
    """There is nothing to look back on."""

    kind = Kind.INVALID
    code = "replay.bad_window"


@dataclass(frozen=True, slots=True)
class Progress:
    """So much of what was recorded has been lived through."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What one plan did, what another would have done, and what differs."""

    since: datetime
    until: datetime
    signals: int
    before_revision: RevisionId
    after_revision: RevisionId
    before: Summary
    after: Summary
    difference: Difference


async def replay(
    transactions: Transactions, before: Plan, after: Plan, *, back: timedelta
) -> AsyncGenerator[Progress | WhatIf]:
    """Yield progress, and at the end the answer. Raises BadWindow."""
    if not timedelta() < back <= LONGEST:
        msg = "Look back for a moment at least, and a year at most."
        raise BadWindow(msg, hint="Write it as 30d, 12h or 90m.")
    async with transactions() as tx:
        window = Window(tx.now - back, tx.now)
        total = await what_if.many(tx.db, window)
        past = await _past(tx, window, before, after)
        ends = [_ended(row) for row in await what_if.ends(tx.db, window)]
    lived = _Lived(Imagined(before, past), Imagined(after, past))
    reader = _Reader(transactions, window)
    done = 0
    while chunk := await reader.next():
        last = chunk[-1].received_at
        due = [one for one in ends if one.received_at <= last]
        del ends[: len(due)]
        heard = await asyncio.to_thread(lived.read, chunk)
        sought = await asyncio.to_thread(lived.seeks, heard)
        async with transactions() as tx:
            known = await asset_owners.known(tx.db, sought, drill=None)
        await asyncio.to_thread(lived.hear, heard, due, known)
        done += len(chunk)
        yield Progress(done, max(total, done))
    await asyncio.to_thread(lived.hear, ([], []), ends, {})
    was, would = await asyncio.to_thread(lived.finish, window.until)
    yield WhatIf(
        window.since,
        window.until,
        done,
        before.revision,
        after.revision,
        was,
        would,
        compare(was, would),
    )


@dataclass(slots=True)
class _Lived:
    """Two plans that live through the same."""

    before: Imagined
    after: Imagined

    def read(self, chunk: Sequence[PayloadRow | SignalRow]) -> _Both:
        before = [one for row in chunk for one in _heard(row, self.before.plan)]
        return before, [one for row in chunk for one in _heard(row, self.after.plan)]

    def seeks(self, heard: _Both) -> tuple[Sought, ...]:
        return tuple({*self.before.seeks(heard[0]), *self.after.seeks(heard[1])})

    def hear(self, heard: _Both, ends: Sequence[Heard], known: Mapping[AssetRef, Known]) -> None:
        for imagined, said in zip((self.before, self.after), heard, strict=True):
            imagined.know(known)
            for one in sorted([*said, *ends], key=lambda each: each.received_at):
                imagined.hear(one)

    def finish(self, until: datetime) -> tuple[Summary, Summary]:
        for imagined in (self.before, self.after):
            imagined.until(until)
        return self.before.summary(), self.after.summary()


@dataclass(slots=True)
class _Reader:
    """Reads posts and log records as one stream, in the order they came."""

    transactions: Transactions
    window: Window
    _posts: list[PayloadRow] = field(default_factory=list[PayloadRow])
    _logs: list[SignalRow] = field(default_factory=list[SignalRow])
    _post: UUID | None = what_if.FIRST
    _log: UUID | None = what_if.FIRST

    async def next(self) -> list[PayloadRow | SignalRow]:
        """Return the next chunk, up to where both are known; empty at the end."""
        async with self.transactions() as tx:
            if not self._posts and self._post is not None:
                self._posts = await what_if.payloads(tx.db, self.window, after=self._post)
                self._post = self._posts[-1].id if self._posts else None
            if not self._logs and self._log is not None:
                self._logs = await what_if.signals(tx.db, self.window, after=self._log)
                self._log = self._logs[-1].id if self._logs else None
        known = [rows[-1].received_at for rows in (self._posts, self._logs) if rows]
        if not known:
            return []
        limit = min(known)
        posts = [row for row in self._posts if row.received_at <= limit]
        logs = [row for row in self._logs if row.received_at <= limit]
        del self._posts[: len(posts)], self._logs[: len(logs)]
        return sorted([*posts, *logs], key=lambda row: (row.received_at, row.id))


def _heard(row: PayloadRow | SignalRow, plan: Plan) -> Iterable[Heard]:
    if isinstance(row, SignalRow):
        return _findings(row, plan)
    payload = Payload(row.format, row.call, row.body, row.received_at, row.meta, row.mapping)
    return [
        Heard(
            notice=said,
            source=row.source_id,
            source_name=row.source,
            format=row.format,
            received_at=row.received_at,
            default_service=ServiceId(row.service) if row.service else None,
        )
        for said in read(payload).said
        if isinstance(said, Notice)
    ]


def _findings(row: SignalRow, plan: Plan) -> Iterable[Heard]:
    """Judge a log record by a plan's own rules."""
    event = row.event
    matched = detection.matcher_for(plan).match(event.record)
    for number, rule in enumerate(matched):
        finding = Finding(
            id=FindingId(UUID(int=row.id.int ^ number)),
            rule=plan.rules[rule].card,
            signal=SignalId(row.id),
            at=event.time,
            account=event.account,
            region=event.region,
            kind=event.kind,
            who=event.who,
            assets=event.assets,
        )
        yield Heard(
            notice=notice_of(finding),
            source=_RULES_ID,
            source_name=RULES,
            format="fireline",
            received_at=max(row.received_at, event.time),
            finding=finding,
        )


def _ended(row: EndRow) -> Heard:
    """Say what a person ended as the end it was."""
    source = _RULES_ID if row.source == RULES else row.source_id
    return Heard(
        notice=Notice(row.key, Status.RESOLVED, row.title, by=row.resolved_by),
        source=source,
        source_name=row.source,
        format="fireline",
        received_at=row.resolved_at,
    )


async def _past(tx: Tx, window: Window, *plans: Plan) -> Past:
    silences = [_silence(row) for row in await what_if.silences(tx.db, window)]
    schedules = {name for plan in plans for name in plan.schedules}
    span = Span(window.since, window.until)
    standing_in: dict[ScheduleId, list[Override]] = {}
    for row in await overrides.near(tx.db, schedules, span):
        standing_in.setdefault(ScheduleId(row.schedule), []).append(row.value)
    away = [row.value for row in await absences.near(tx.db, span)]
    return Past(SilenceBook(silences), standing_in, await wishes(tx), away)


def _silence(row: SilenceRow) -> Silence:
    silence = row.value
    ends = [moment for moment in (silence.ends_at, row.ended_at) if moment is not None]
    return replace(silence, ends_at=min(ends)) if ends else silence
