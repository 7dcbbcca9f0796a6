-- What every room stands on: facts, waiting, and wishes.

create table fact (
    stream_kind text not null,
    stream_id   uuid not null,
    seq         bigint not null check (seq > 0),
    at          timestamptz not null,
    by          text not null,
    kind        text not null,
    body        jsonb not null,
    previous    text not null,
    hash        text not null,
    primary key (stream_kind, stream_id, seq)
);

-- History is evidence: rows of it are written once. The chain shows what a superuser changes.
create function fact_is_written_once() returns trigger language plpgsql as $$
begin
    raise exception 'facts are written once';
end
$$;
create trigger fact_is_written_once before update or delete on fact
    for each row execute function fact_is_written_once();

-- The end of each stream; locked while a fact is added, so that no two facts take the same place.
create table stream_head (
    stream_kind text not null,
    stream_id   uuid not null,
    seq         bigint not null,
    hash        text not null,
    primary key (stream_kind, stream_id)
);

-- Everything that waits: escalations, deliveries, deadlines, run steps, drills.
create table due (
    kind        text not null,
    id          uuid not null,
    due_at      timestamptz not null,
    lease_until timestamptz,
    fence       bigint not null default 0,   -- grows with each claim; a late holder is refused
    attempts    int not null default 0,      -- claims since the row was last put off on purpose
    parked_at   timestamptz,                 -- set aside after too many crashes, for a person
    parked_why  text,
    primary key (kind, id)
);
create index due_next on due (kind, due_at) where parked_at is null;

-- Messages to people, wished in the transaction that decided them and sent by a worker.
create table outbox (
    id          uuid primary key,
    key         text not null unique,        -- the same wish twice is one row
    channel     text not null,
    recipient   text not null,               -- the address on that channel
    person      text not null,
    subject     text not null,
    body        text not null,
    about_kind  text not null,               -- what it belongs to: ('page', page id) and so on
    about_id    uuid not null,
    drill_id    uuid,
    wished_at   timestamptz not null,
    state       text not null default 'waiting'
        check (state in ('waiting', 'delivered', 'refused', 'cancelled')),
    settled_at  timestamptz
);
create index outbox_about on outbox (about_kind, about_id);

-- One attempt on one channel.
create table delivery (
    outbox_id   uuid not null references outbox (id),
    attempt     int not null check (attempt > 0),
    at          timestamptz not null,
    outcome     text not null check (outcome in ('delivered', 'try_again', 'refused', 'unknown')),
    detail      text not null,
    primary key (outbox_id, attempt)
);
