-- Whose silence is an alert, and what was posted twice under one key.

create table heartbeat (
    id               uuid primary key,
    name             text not null unique,
    description      text not null,
    interval_seconds int not null check (interval_seconds > 0),
    enabled          bool not null,
    owner_team       text,
    alert_message    text not null,
    alert_tags       text[] not null,
    alert_priority   int not null check (alert_priority between 1 and 5),
    made_by          text not null,
    made_at          timestamptz not null,
    last_ping_at     timestamptz,            -- null: it waits for its first ping, and expires only after
    expired_at       timestamptz             -- while it is silent, and an alert says so
);
create index heartbeat_beating on heartbeat (last_ping_at) where enabled and expired_at is null;

-- The same Idempotency-Key of the same source is the same payload for a day.
create table idempotency (
    source_id  uuid not null references source (id),
    key_hash   bytea not null,
    payload_id uuid not null,
    at         timestamptz not null,
    primary key (source_id, key_hash)
);
create index idempotency_old on idempotency (at);
