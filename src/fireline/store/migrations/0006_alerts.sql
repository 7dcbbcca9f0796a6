-- Alerts, the ladder each climbs, the pages it made, people standing in, and acknowledge links.

create table alert (
    id              uuid primary key,
    number          bigint generated always as identity unique,   -- what people call it
    key             text not null,           -- the problem, by its first finding
    title           text not null,
    priority        int not null check (priority between 1 and 5),
    state           text not null default 'firing'
        check (state in ('firing', 'acknowledged', 'resolved')),
    service         text,
    team            text,
    policy          text,                    -- null: the people of last resort
    owner_reason    text not null,
    runbook         text,
    plan_revision   text not null,
    findings        int not null check (findings > 0),
    first_at        timestamptz not null,    -- of its findings
    last_at         timestamptz not null,
    raised_at       timestamptz not null,
    acknowledged_at timestamptz,
    acknowledged_by text,
    resolved_at     timestamptz,
    resolved_by     text,
    pace            int not null default 1 check (pace > 0),
    drill_id        uuid,
    check ((acknowledged_at is null) = (acknowledged_by is null)),
    check ((resolved_at is null) = (resolved_by is null)),
    check (state <> 'acknowledged' or acknowledged_at is not null),
    check ((state = 'resolved') = (resolved_at is not null))
);
-- A problem has one live alert in each world. After it is resolved, the next is a new one.
create unique index alert_live_key on alert (key, drill_id) nulls not distinct
    where state <> 'resolved';
create index alert_inbox on alert (priority, raised_at desc) where state <> 'resolved';
create index alert_drill on alert (drill_id) where drill_id is not null;

-- What an alert's findings had in common with others; `key` entities are their alert keys.
create table alert_entity (
    alert_id uuid not null references alert (id),
    kind     text not null,
    value    text not null,
    primary key (alert_id, kind, value)
);
create index alert_entity_value on alert_entity (value, kind);

-- The assets involved, in the order they were first seen.
create table alert_asset (
    alert_id uuid not null references alert (id),
    place    bigint generated always as identity,
    kind     text not null,
    account  text not null,
    region   text not null,
    asset    text not null,
    primary key (alert_id, kind, account, region, asset)
);

-- A finding is in one alert, for a reason. What the rule said then is kept: the plan moves on.
create table alert_finding (
    finding_id uuid primary key references finding (id),
    alert_id   uuid not null references alert (id),
    rule       text not null,
    title      text not null,
    priority   int not null,
    at         timestamptz not null,
    event      text not null,
    who        text not null,
    reason     text not null,
    joined_at  timestamptz not null
);
create index alert_finding_alert on alert_finding (alert_id, at);

create table ladder (
    alert_id uuid primary key references alert (id),
    state    text not null check (state in ('waiting', 'answered', 'exhausted', 'withdrawn')),
    taken    int not null default 0 check (taken >= 0),
    due_at   timestamptz,                    -- of the next step, while waiting
    ended_at timestamptz,
    ended_by text,
    check ((state = 'waiting') = (due_at is not null)),
    check ((state = 'waiting') = (ended_at is null)),
    check ((state = 'answered') = (ended_by is not null))
);

-- One person told of one alert by one step: once.
create table page (
    id         uuid primary key,
    alert_id   uuid not null references alert (id),
    person     text not null,
    step       int not null check (step > 0),
    reason     text not null,
    state      text not null default 'wished'
        check (state in ('wished', 'sent', 'failed', 'answered', 'superseded')),
    wished_at  timestamptz not null,
    settled_at timestamptz,
    unique (alert_id, step, person)
);

-- Somebody stands in on a schedule. Never changed: withdrawn, and made anew.
create table schedule_override (
    id           uuid primary key,
    number       bigint generated always as identity,   -- the order they were made in
    schedule     text not null,
    person       text not null,
    starts_at    timestamptz not null,
    ends_at      timestamptz not null,
    made_by      text not null,
    made_at      timestamptz not null,
    withdrawn_at timestamptz,
    withdrawn_by text,
    check (ends_at > starts_at)
);
create index schedule_override_span on schedule_override (schedule, ends_at)
    where withdrawn_at is null;

-- Acknowledge links, by the hash of their token. They acknowledge one alert as one person.
create table link (
    id         uuid primary key,
    token_hash bytea not null unique,
    alert_id   uuid not null references alert (id),
    page_id    uuid not null references page (id),
    person     text not null,
    made_at    timestamptz not null,
    expires_at timestamptz not null,
    used_at    timestamptz
);
create index link_alert on link (alert_id);
