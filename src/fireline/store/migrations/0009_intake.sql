-- What monitoring systems post: kept first, answered, and sorted into symptoms and alerts after.

alter table source
    add column format             text not null default 'cloudtrail',
    add column token_hash         bytea unique,              -- sha-256; null: nobody posts to it
    add column token_hint         text not null default '',  -- its last four characters
    add column rate_per_second    int not null default 500 check (rate_per_second > 0),
    add column quiet_seconds      int check (quiet_seconds > 0),  -- silence longer than this is an alert
    add column service            text,                      -- whose its alerts are when nothing says
    add column mapping            text not null default '',  -- CEL, for generic JSON
    add column settings           jsonb not null default '{}',
    add column made_by            text not null default 'fireline:intake',
    add column retired_at         timestamptz,
    add column quiet_since        timestamptz;               -- while it is quiet, and an alert says so

-- One body as it came. `sorted_at` is set in the transaction that did what it says.
create table payload (
    id          uuid primary key,            -- in time order: the order of arrival
    source_id   uuid not null references source (id),
    drill_id    uuid,
    format      text not null,
    call        text not null,
    meta        jsonb not null,
    body        bytea not null,
    received_at timestamptz not null,
    sorted_at   timestamptz,
    said        int not null default 0,      -- notices, changes and beats that were read in it
    unread      int not null default 0
);
create index payload_unsorted on payload (id) where sorted_at is null;
create index payload_of_source on payload (source_id, id);

alter table alert drop constraint alert_findings_check;
alter table alert
    add check (findings >= 0),
    add column description     text not null default '',
    add column symptoms        int not null default 0,       -- how many it has
    add column live_symptoms   int not null default 0,       -- how many of them fire
    add column confidence      int check (confidence between 0 and 100),
    add column route           text,                         -- the route that chose its owner
    add column again_of        uuid references alert (id),   -- the same problem, resolved before
    add column flaps           int not null default 0,
    add column merged_into     uuid references alert (id),
    add column untold_why      text,                         -- why nobody is told, where nobody is
    add column told_by         uuid references alert (id),   -- the storm that speaks for it
    add column snoozed_until   timestamptz,
    add column suppressed_by   uuid,                         -- the silence that holds it
    add column suppressed_until timestamptz,
    add column assigned_to     text;
create index alert_of_storm on alert (told_by) where told_by is not null and state = 'firing';
create index alert_opened on alert (raised_at);
drop index alert_live_key;   -- what is live once is a symptom's key

-- A ladder may be climbed again, from its first step: after a snooze, a silence, a rise of urgency.
alter table ladder add column climb int not null default 1 check (climb > 0);
alter table page add column climb int not null default 1 check (climb > 0);
alter table page drop constraint page_alert_id_step_person_key;
alter table page add constraint page_told_once unique (alert_id, climb, step, person);

-- What one source keeps saying under one key, from the first time until it is over.
create table symptom (
    id          uuid primary key,
    number      bigint generated always as identity unique,
    alert_id    uuid not null references alert (id),
    source_id   uuid not null references source (id),
    drill_id    uuid,
    key         text not null,
    kind        text not null,
    title       text not null,
    description text not null,
    priority    int not null check (priority between 1 and 5),
    state       text not null default 'firing' check (state in ('firing', 'resolved')),
    service     text,
    grouped     text not null,               -- the group its source puts it in
    entities    jsonb not null,
    tactics     text[] not null,
    tags        text[] not null,
    labels      jsonb not null,
    links       jsonb not null,
    times       int not null default 1,
    first_at    timestamptz not null,
    last_at     timestamptz not null,
    ends_at     timestamptz,                 -- over by then, although nobody says so
    raised_at   timestamptz not null,
    resolved_at timestamptz,
    resolved_by text,
    reason      text not null,               -- why it is in its alert: a stable code,
    because     text not null,               -- and the sentence people read
    linked_to   uuid references symptom (id),
    link_confidence float8,
    apart_from  uuid references alert (id),  -- where a person split it off: it never goes back there
    payload_id  uuid references payload (id),
    check ((state = 'resolved') = (resolved_at is not null)),
    check ((resolved_at is null) = (resolved_by is null))
);
-- While a key fires, it fires once.
create unique index symptom_live_key on symptom (source_id, key) where state <> 'resolved';
create index symptom_of_alert on symptom (alert_id, first_at);
create index symptom_recent on symptom (drill_id, raised_at);
create index symptom_by_key on symptom (source_id, key, raised_at desc);
create index symptom_ending on symptom (ends_at) where state <> 'resolved' and ends_at is not null;

-- What people did to groups, for the sorter that keeps them in memory. Taken by deleting.
create table grouping_news (
    id       bigint generated always as identity primary key,
    drill_id uuid,
    kind     text not null check (kind in ('closed', 'split', 'merged', 'resolved', 'wishes')),
    alert_id uuid,
    other_id uuid,
    symptoms uuid[] not null default '{}',
    at       timestamptz not null
);

-- Who sorted a world last: a node that did not must read the groups anew.
create table sorting (
    world   text primary key,               -- a drill's id, or empty
    sorter  uuid not null,
    turn    bigint not null
);
