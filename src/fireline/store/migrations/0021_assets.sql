-- What there is in the cloud: the accounts looked at, their assets, and how each came to be as it is.

create table cloud_account (
    id              uuid primary key,
    drill_id        uuid,                    -- whose world it is of; null is the real one
    account         text not null,           -- as its cloud names it: twelve digits, or a cluster
    provider        text not null check (provider in ('aws', 'kubernetes')),
    name            text not null,
    origin          text not null check (origin in ('settings', 'person')),
    role_arn        text not null,
    external_id     text not null,           -- made by fireline, never chosen by a person
    regions         text[] not null,         -- empty: all that are switched on
    added_by        text not null,
    added_at        timestamptz not null,
    probed_at       timestamptz,
    probe           text not null default '' check (probe in ('', 'good', 'refused', 'could not look')),
    probe_said      text not null default '',
    first_looked_at timestamptz,             -- when a whole look of it ended for the first time
    looked_at       timestamptz,             -- and for the last
    owners_revision text not null default '',-- the plan its assets' owners are of
    costs_at        timestamptz,
    removed_at      timestamptz,
    removed_by      text,
    unique nulls not distinct (account, drill_id)
);

create table asset (
    id           uuid primary key,
    drill_id     uuid,
    account      text not null,
    region       text not null,              -- empty for what belongs to no region
    kind         text not null,
    asset_id     text not null,              -- as the cloud names it
    arn          text not null,
    name         text not null,
    tags         jsonb not null,
    config       jsonb not null,
    unread       jsonb not null,             -- details that could not be read, with the reason
    kept         jsonb not null,             -- what those said when they were last read
    links        jsonb not null,             -- as they were seen; asset_link has them as rows
    digest       text not null,              -- of all of the above: another one, another state
    words        tsvector not null,          -- by the beginnings of which it is found
    version      int not null check (version > 0),
    service      text,
    owner_reason text not null,
    cost         numeric,                    -- of the month so far; null when nobody said
    currency     text,
    cost_since   timestamptz,
    doubt        text not null default '',   -- why it may have changed since it was read
    first_seen   timestamptz not null,
    last_seen    timestamptz not null,
    read_at      timestamptz not null,       -- when the reading began that said so; none older counts
    changed_at   timestamptz not null,
    gone_at      timestamptz,
    unique nulls not distinct (account, kind, region, asset_id, drill_id)
);
create index asset_of_kind on asset (kind, account, region, asset_id) where gone_at is null;
create index asset_words on asset using gin (words);
create index asset_service on asset (service) where gone_at is null;
create index asset_named on asset (asset_id);
create index asset_arn on asset (arn) where arn <> '';

-- Written when the configuration changes, and when an asset goes or comes back.
create table asset_version (
    asset     uuid not null references asset (id),
    version   int not null check (version > 0),
    happened  text not null check (happened in ('seen', 'changed', 'gone', 'back')),
    config    jsonb not null,
    diff      jsonb not null,                -- what is different from the version before
    seen_at   timestamptz not null,
    who       text,                          -- who changed it, as the cloud's log says; null: unknown
    call      text,
    called_at timestamptz,
    signal_id uuid,
    primary key (asset, version)
);
create index asset_version_recent on asset_version (seen_at);

create table asset_link (
    asset      uuid not null references asset (id),
    relation   text not null,
    to_kind    text not null,
    to_account text not null,
    to_region  text not null,
    to_id      text not null,
    primary key (asset, relation, to_kind, to_account, to_region, to_id)
);
create index asset_link_back on asset_link (to_id, to_kind, to_account, to_region);

-- How the last look at each listing of each place ended: what is known, and what nobody knows.
create table asset_coverage (
    id        uuid primary key,
    drill_id  uuid,
    account   text not null,
    region    text not null,
    listing   text not null,
    outcome   text not null check (outcome in ('looked', 'could not look')),
    why       text not null,
    said      text not null,
    at        timestamptz not null,
    looked_at timestamptz,                   -- when it last could be looked at
    assets    int not null,
    dirty_at  timestamptz,                   -- something was written there, and nobody can say to what
    unique nulls not distinct (account, region, listing, drill_id),
    check ((outcome = 'looked') = (why = ''))
);

create table look (
    id        uuid primary key,
    number    bigint generated always as identity unique,
    drill_id  uuid,
    reason    text not null check (reason in ('asked', 'scheduled', 'started', 'dirty')),
    asked_by  text not null,
    asked_at  timestamptz not null,
    ended_at  timestamptz
);
create index look_open on look (asked_at) where ended_at is null;

-- One account of a look. The counts are kept here, so that progress is one row to read.
create table look_account (
    id        uuid primary key,
    look_id   uuid not null references look (id),
    account   text not null,
    provider  text not null,
    whole     bool not null,                 -- all there is, or only what something was written to
    first     bool not null,                 -- nobody had looked at all of it before
    state     text not null check (state in ('asking', 'looking', 'judging', 'ended')),
    why       text not null default '',      -- why nothing of it could be looked at
    said      text not null default '',
    parts     int not null default 0,
    done      int not null default 0,        -- of the parts, those that ended
    could_not int not null default 0,        -- of those, the ones that could not be looked at
    calls     bigint not null default 0,
    assets    int not null default 0,
    changed   int not null default 0,
    gone      int not null default 0,
    began_at  timestamptz not null,
    ended_at  timestamptz,
    unique (look_id, account)
);
create index look_account_latest on look_account (account, began_at);

create table look_part (
    look_account uuid not null references look_account (id),
    region       text not null,
    listing      text not null,
    place        int not null,               -- cheapest first
    urgent       bool not null,
    state        text not null default 'waiting'
        check (state in ('waiting', 'looked', 'could not look')),
    due_at       timestamptz not null,
    lease_until  timestamptz,
    fence        bigint not null default 0,
    attempts     int not null default 0,
    why          text not null default '',   -- of the last attempt that could not look
    said         text not null default '',
    calls        int not null default 0,
    assets       int not null default 0,
    ended_at     timestamptz,
    primary key (look_account, region, listing)
);
create index look_part_waiting on look_part (urgent desc, due_at, place) where state = 'waiting';

-- An asset somebody changed, to be read again.
create table reread (
    id          uuid primary key,
    drill_id    uuid,
    account     text not null,
    region      text not null,
    kind        text not null,
    asset_id    text not null,
    who         text not null,
    call        text not null,
    called_at   timestamptz not null,
    signal_id   uuid,
    wishes      int not null default 1,      -- grows with each call; a reading before it is not enough
    wished_at   timestamptz not null,
    due_at      timestamptz not null,
    lease_until timestamptz,
    fence       bigint not null default 0,
    attempts    int not null default 0,
    unchanged   bool not null default false, -- read once already, and nothing was different
    unique nulls not distinct (account, kind, region, asset_id, drill_id)
);
create index reread_next on reread (due_at);
