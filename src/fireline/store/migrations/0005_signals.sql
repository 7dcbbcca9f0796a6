-- What sources said, kept exactly once; what could not be kept, kept apart with the reason; and what
-- rules found in it.

create table source (
    id            uuid primary key,
    name          text not null,
    drill_id      uuid,
    registered_at timestamptz not null,
    last_seen_at  timestamptz,
    kept          bigint not null default 0,
    repeated      bigint not null default 0,
    quarantined   bigint not null default 0,
    unique nulls not distinct (drill_id, name)
);

create table signal (
    id           uuid primary key,           -- in time order: the order of arrival
    source_id    uuid not null references source (id),
    drill_id     uuid,                       -- whose world it happened in; null is the real one
    external_id  text not null,
    kind         text not null,
    occurred_at  timestamptz not null,
    received_at  timestamptz not null,
    via          text not null,
    lag_seconds  float8 not null,
    account      text not null,
    region       text not null,
    who_kind     text not null,
    who_name     text not null,
    who_arn      text not null,
    who_account  text not null,
    who_key      text not null,
    who_address  text not null,
    who_agent    text not null,
    outcome      text not null check (outcome in ('succeeded', 'refused', 'failed')),
    error_code   text not null,
    read_only    bool not null,
    assets       jsonb not null,
    record       jsonb not null,
    raw          bytea,                      -- the record's exact text, where jsonb cannot hold it
    judged_at    timestamptz,
    unique nulls not distinct (drill_id, external_id)
);
create index signal_unjudged on signal (id) where judged_at is null;
create index signal_in_order on signal (drill_id, id);
create index signal_changes on signal (drill_id, occurred_at) where not read_only;
create index signal_by_key on signal using hash (who_key);
create index signal_by_name on signal using hash (who_name);

-- The ways a signal came, and how often by each.
create table sighting (
    signal_id   uuid not null references signal (id),
    via         text not null,
    first_at    timestamptz not null,
    lag_seconds float8 not null,
    times       int not null,
    primary key (signal_id, via)
);

create table quarantined (
    id          uuid primary key,
    source_id   uuid not null references source (id),
    drill_id    uuid,
    code        text not null,
    why         text not null,
    via         text not null,
    origin      text not null,
    body        bytea not null,              -- cut to 64 kB; `size` is the whole
    size        bigint not null,
    digest      text not null,               -- of reason, origin and whole body: told twice is once
    signal_id   uuid references signal (id), -- where a signal was kept but could not be judged
    first_at    timestamptz not null,
    last_at     timestamptz not null,
    times       int not null default 1,
    unique nulls not distinct (drill_id, digest)
);

create table finding (
    id            uuid primary key,
    rule_id       text not null,
    rule          jsonb not null,            -- the rule's card as it was then
    plan_revision text not null,
    signal_id     uuid not null references signal (id),
    drill_id      uuid,
    at            timestamptz not null,      -- when it happened
    found_at      timestamptz not null,
    unique (rule_id, signal_id)
);
create index finding_of_signal on finding (signal_id);
create index finding_of_drill on finding (drill_id, found_at) where drill_id is not null;
