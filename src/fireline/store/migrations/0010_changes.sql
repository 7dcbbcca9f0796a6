-- What altered production: deploys, flags, calls to a cloud, pushes of the plan.

create table change (
    id          uuid primary key,
    number      bigint generated always as identity unique,   -- what people call it
    source_id   uuid not null references source (id),
    drill_id    uuid,
    key         text not null,               -- the source's own name for it
    kind        text not null check (kind in ('deploy', 'configuration', 'flag', 'migration',
                                              'scale', 'call', 'plan', 'other')),
    title       text not null,
    description text not null,
    service     text,                        -- of the plan it was kept under; null: nobody's
    hint        text not null,               -- the service in the source's words
    actor       text not null,
    planned     bool,                        -- null: nobody can tell
    at          timestamptz not null,        -- when production began to be altered
    revision    text not null,
    entities    jsonb not null,
    assets      jsonb not null,
    labels      jsonb not null,
    links       jsonb not null,
    times       int not null default 1,      -- how often it was told; how many calls it stands for
    told_at     timestamptz not null,        -- last
    payload_id  uuid references payload (id)
);
create unique index change_key on change (source_id, key);
create index change_by_time on change (at desc, id desc);
create index change_of_service on change (service, at desc);
