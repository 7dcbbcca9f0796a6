-- On call: kinds of overrides, swaps and covers, leave, calendars, hand-overs and warnings.

alter table schedule_override
    alter column person drop not null,           -- whoever is removed leaves nobody in their place
    add column kind        text not null default 'replace'
        check (kind in ('replace', 'add', 'remove')),
    add column instead_of  text,                 -- the one person it is about; null: everybody
    add column layers      text[] not null default '{}',   -- only these; none: every layer
    add column request_id  uuid,                 -- the swap or cover it came of
    add column calendar_id text,                 -- the event of a calendar file it came of
    add constraint schedule_override_person check (kind = 'remove' or person is not null);
create index schedule_override_imported on schedule_override (schedule, calendar_id)
    where calendar_id is not null and withdrawn_at is null;

create table shift_request (
    id             uuid primary key,
    number         bigint generated always as identity unique,   -- what people call it
    kind           text not null check (kind in ('swap', 'cover')),
    schedule       text not null,
    asker          text not null,
    asked          text,                         -- null: any teammate
    starts_at      timestamptz not null,         -- what the asker gives away
    ends_at        timestamptz not null,
    back_starts_at timestamptz,                  -- what the asker takes instead
    back_ends_at   timestamptz,
    note           text not null,
    made_by        text not null,
    made_at        timestamptz not null,
    expires_at     timestamptz not null,
    state          text not null default 'open'
        check (state in ('open', 'accepted', 'declined', 'withdrawn', 'expired')),
    settled_at     timestamptz,
    settled_by     text,
    check (ends_at > starts_at and back_ends_at > back_starts_at),
    check ((back_starts_at is null) = (back_ends_at is null)),
    check ((kind = 'swap') = (back_starts_at is not null)),
    check (kind = 'cover' or asked is not null),
    check ((state = 'open') = (settled_at is null) and (settled_at is null) = (settled_by is null))
);
create index shift_request_open on shift_request (expires_at) where state = 'open';
alter table schedule_override
    add foreign key (request_id) references shift_request (id);

create table absence (
    id           uuid primary key,
    person       text not null,
    starts_at    timestamptz not null,
    ends_at      timestamptz not null,
    note         text not null,
    made_by      text not null,
    made_at      timestamptz not null,
    withdrawn_at timestamptz,
    withdrawn_by text,
    check (ends_at > starts_at),
    check ((withdrawn_at is null) = (withdrawn_by is null))
);
create index absence_ends on absence (ends_at) where withdrawn_at is null;

-- Private addresses of calendars. Only the fingerprint of the token in them is kept.
create table calendar_feed (
    id          uuid primary key,
    fingerprint text not null unique,
    owner       text not null,
    person      text,
    schedule    text,
    made_at     timestamptz not null,
    seen_at     timestamptz,
    revoked_at  timestamptz,
    check ((person is null) <> (schedule is null))
);
create index calendar_feed_owner on calendar_feed (owner, made_at);

-- Who was last seen with the pager of a schedule, so that each change of hands is told once.
create table handoff (
    schedule text primary key,
    id       uuid not null unique,               -- of its row in due
    people   text[] not null,
    since    timestamptz not null,
    next_at  timestamptz                         -- when somebody else will have it; null: not soon
);

-- What the leads were told of a schedule's time ahead, so that they are told once.
create table oncall_warning (
    schedule text not null,
    key      text not null,
    told_at  timestamptz not null,
    primary key (schedule, key)
);
create index page_wished on page (wished_at);
