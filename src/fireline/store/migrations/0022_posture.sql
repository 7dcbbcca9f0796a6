-- Posture: what signatures say of assets, the findings that came of it, and what is excepted.

-- When all that is for an asset last judged it; what has no row was never judged.
create table posture_judged (
    asset     uuid primary key references asset (id),
    judged_at timestamptz not null,
    mark      text not null default '',      -- of all that the verdicts rest on; empty: judge again
    failing   int not null default 0,        -- how many signatures say so
    passing   int not null default 0,
    unknown   int not null default 0
) with (fillfactor = 70);

-- The last word of each signature on each asset it is for.
create table posture_verdict (
    asset     uuid not null references asset (id),
    signature text not null,
    verdict   text not null check (verdict in ('fail', 'pass', 'not applicable', 'unknown')),
    reason    text not null,
    since     timestamptz not null,          -- when it began to say so
    primary key (asset, signature)
);
create index posture_verdict_of_signature on posture_verdict (signature, asset)
    where verdict <> 'not applicable';
create index posture_verdict_unknown on posture_verdict (signature, asset) where verdict = 'unknown';

create table posture_exception (
    id         uuid primary key,
    number     bigint generated always as identity unique,   -- what people call it
    drill_id   uuid,
    signature  text not null,
    asset      text not null,                -- a glob; empty: any
    tag        text not null,                -- name or name=value; empty: any
    account    text not null,                -- empty: any
    owner      text not null,                -- who answers for it
    ticket     text not null,
    reason     text not null check (reason <> ''),
    broad_why  text not null,                -- why it may cover so much
    expires_at timestamptz not null,
    made_by    text not null,
    made_at    timestamptz not null,
    warned_at  timestamptz,
    ended_at   timestamptz,
    ended_by   text,
    check (expires_at > made_at),
    check ((ended_at is null) = (ended_by is null))
);
create index posture_exception_standing on posture_exception (signature) where ended_at is null;

create table posture_finding (
    id              uuid primary key,
    number          bigint generated always as identity unique,   -- what people call it
    drill_id        uuid,
    asset           uuid not null references asset (id),
    signature       text not null,
    title           text not null,
    level           int not null check (level between 1 and 5),   -- 1 is critical
    state           text not null check (state in ('open', 'resolved')),
    first_failed_at timestamptz not null,
    opened_at       timestamptz not null,    -- last
    resolved_at     timestamptz,
    resolution      text not null,
    reopened        int not null,
    reason          text not null,           -- why it failed when it last did
    evidence        jsonb not null,
    baseline        bool not null,           -- it stood when it was first looked for
    alerts          bool not null,           -- its signature asks for an alert
    alerted_at      timestamptz,             -- an alert stands under its key
    exception_id    uuid references posture_exception (id),
    unique (asset, signature),
    check ((state = 'resolved') = (resolved_at is not null))
);
create index posture_finding_worst on posture_finding (level, number desc);
create index posture_finding_open on posture_finding (level, number desc) where state = 'open';
create index posture_finding_of_signature on posture_finding (signature, state);
create index posture_finding_excepted on posture_finding (exception_id)
    where exception_id is not null;

-- Every turn: what got worse, what got better, what nobody can tell any more.
create table posture_turn (
    id         bigint generated always as identity primary key,
    drill_id   uuid,
    asset      uuid not null references asset (id),
    signature  text not null,
    at         timestamptz not null,
    turn       text not null
               check (turn in ('opened', 'reopened', 'resolved', 'unsure', 'sure')),
    was        text,                         -- the verdict before; null: it was never judged
    became     text not null,
    reason     text not null,
    baseline   bool not null,
    actor      text not null,                -- whose call changed the asset, where that is known
    call       text not null
);
create index posture_turn_by_time on posture_turn (at desc, id desc);
create index posture_turn_of_pair on posture_turn (asset, signature, id desc);

-- Which signatures have judged an account once: what they found then was there before.
create table posture_baseline (
    drill_id  uuid,
    account   text not null,
    signature text not null,
    at        timestamptz not null,
    unique nulls not distinct (drill_id, account, signature)
);

-- What people, or a change of an account's own settings, asked to be judged again: work that is
-- done in many short transactions, and how far it came.
create table posture_assessment (
    id       uuid primary key,
    number   bigint generated always as identity unique,   -- what people call it
    drill_id uuid,
    account  text,                           -- null: all there are
    asked_by text not null,
    asked_at timestamptz not null,
    assets   int not null,                   -- to judge, when it was asked for
    judged   int not null default 0,
    ended_at timestamptz,
    failed   text not null default ''        -- why it ended before all was judged
);
create index posture_assessment_open on posture_assessment (asked_at) where ended_at is null;
