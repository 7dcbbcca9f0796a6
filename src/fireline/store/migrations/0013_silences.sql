-- Silences and maintenance windows: what is held back from people, and when.

create table silence (
    id             uuid primary key,
    number         bigint generated always as identity unique,   -- what people call it
    matchers       jsonb not null,
    starts_at      timestamptz not null,
    ends_at        timestamptz,                -- null: a maintenance window without end
    until_resolved bool not null,
    recurs         jsonb,                      -- the weekly window it holds in
    comment        text not null,
    ticket         text not null,
    broad_why      text not null,              -- why it may hold much, and P1 alerts
    made_by        text not null,
    made_at        timestamptz not null,
    changed_at     timestamptz not null,
    begun_at       timestamptz,                -- when the alerts that fired already were first held
    ended_at       timestamptz,
    ended_by       text,
    check (ends_at is null or ends_at > starts_at),
    check (ends_at is not null or recurs is not null),
    check (not (until_resolved and recurs is not null)),
    check ((ended_at is null) = (ended_by is null))
);
create index silence_open on silence (starts_at) where ended_at is null;

alter table alert
    add column held_from    text,              -- why nobody was told before a silence held it
    add column held_seen_at timestamptz,       -- when it was last seen that all of it is held,
    add column held_priority int;              -- and how urgent it was then
-- Live alerts page by page, whatever lies behind them.
create index alert_live on alert (id) where state <> 'resolved';
