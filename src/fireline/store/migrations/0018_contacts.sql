-- Where people are reached beyond what the plan says, and how they want to be told.

create table contact (
    id          uuid primary key,
    person      text not null,
    channel     text not null check (channel in (       -- a phone carries sms and voice
        'phone', 'push', 'email', 'slack', 'matrix', 'ntfy', 'teams', 'webhook')),
    address     text not null check (length(address) between 1 and 2000),
    label       text not null default '' check (length(label) <= 80),
    added_by    text not null,
    added_at    timestamptz not null,
    verified_at timestamptz,
    removed_at  timestamptz,
    removed_by  text,
    check ((removed_at is null) = (removed_by is null))
);
-- A push subscription is longer than an index entry may be.
create unique index contact_once on contact (person, channel, md5(address))
    where removed_at is null;

-- A code that was asked for. Wrong tries are counted here, so they count whatever code was meant.
create table contact_check (
    id         uuid primary key,        -- of the wished message, too
    contact_id uuid not null references contact (id),
    asked_at   timestamptz not null,
    tries      int not null default 0 check (tries >= 0),
    used_at    timestamptz
);
create index contact_check_of on contact_check (contact_id, asked_at);

-- Each attempt to send a code makes one of its own; an earlier attempt may have arrived after all.
create table contact_code (
    check_id    uuid not null references contact_check (id),
    fingerprint text not null,          -- of the check and the code: what was sent is not kept
    made_at     timestamptz not null,
    primary key (check_id, fingerprint)
);

-- A person's own rules replace the plan's of the same urgency as long as there are any.
create table own_rule (
    person  text not null,
    urgency text not null check (urgency in ('urgent', 'calm')),
    place   int not null check (place >= 0),
    channel text not null,
    after   interval not null check (after >= interval '0'),
    set_at  timestamptz not null,
    primary key (person, urgency, place)
);

-- A person's own quiet hours replace the plan's. Without times: they want none.
create table own_quiet (
    person text primary key,
    starts time,
    ends   time,
    zone   text,
    set_at timestamptz not null,
    check ((starts is null) = (ends is null) and (starts is null) = (zone is null)),
    check (starts <> ends)
);

-- The channels this fireline was started with, so that everybody can be told which are missing.
create table channel (
    name       text primary key,
    calls_from text not null default '',    -- the number people see when it calls or texts
    said_at    timestamptz not null
);

-- What somebody was last told, and how it went.
create index outbox_person on outbox (person, wished_at);
