-- Incidents: their state, people, questions, words, deadlines; and the reviews that close them.

create table incident (
    id              uuid primary key,
    number          bigint generated always as identity unique,
    title           text not null check (title <> ''),
    state           text not null check (state in (
        'suspected', 'declared', 'contained', 'eradicated', 'recovered', 'in_review', 'closed',
        'dismissed', 'merged')),
    episode         int not null default 1 check (episode > 0),  -- grows when it is reopened
    priority        int not null check (priority between 1 and 5),
    category        text,
    operational     bool not null,
    frame           text check (frame in ('clear', 'complicated', 'complex', 'chaotic')),
    runbook         text,                        -- the one its category or alert suggests
    declare_offer_at int not null,
    plan_revision   text not null,               -- pinned: what it was opened under
    drill_id        uuid,
    pace            int not null default 1 check (pace > 0),
    first_at        timestamptz not null,        -- the first event; deadlines are counted from it
    opened_at       timestamptz not null,
    opened_by       text not null,
    declared_at     timestamptz,
    contained_at    timestamptz,                 -- these four are of the present episode
    eradicated_at   timestamptz,
    recovered_at    timestamptz,
    in_review_at    timestamptz,
    ended_at        timestamptz,
    update_every    interval not null,
    next_update_due timestamptz,
    dismissal_by    text,                        -- who proposed to dismiss it
    dismissal_why   text not null default '',
    merged_into     uuid references incident (id),
    check ((state in ('closed', 'dismissed', 'merged')) = (ended_at is not null)),
    -- An open incident always owes its people a next word.
    check ((ended_at is null) = (next_update_due is not null)),
    check ((state = 'merged') = (merged_into is not null)),
    check (state in ('suspected', 'dismissed', 'merged') or category is not null)
);
create index incident_open on incident (priority, opened_at) where ended_at is null;
create index incident_of_drill on incident (drill_id) where drill_id is not null;

-- An alert belongs to one incident.
create table incident_alert (
    alert_id        uuid primary key references alert (id),
    incident_id     uuid not null references incident (id),
    joined_at       timestamptz not null,
    joined_by       text not null
);
create index incident_alert_of on incident_alert (incident_id);

-- What the suggested runbook is started with, as the pinned plan says it.
create table incident_input (
    incident_id     uuid not null references incident (id),
    position        int not null,
    name            text not null,
    kind            text not null,
    required        bool not null,
    primary key (incident_id, name)
);

-- Who held which role, from when to when.
create table incident_role (
    id              uuid primary key,
    incident_id     uuid not null references incident (id),
    role            text not null
        check (role in ('lead', 'coordinator', 'responder', 'scribe', 'communicator')),
    person          text not null,
    since           timestamptz not null,
    until           timestamptz,
    given_by        text not null,
    note            text not null default '',
    check (until is null or until >= since)
);
-- One lead, whatever the program says; only responders are many.
create unique index incident_role_one on incident_role (incident_id, role)
    where until is null and role <> 'responder';
create unique index incident_role_once on incident_role (incident_id, role, person)
    where until is null;

-- The triage checklist, copied from the pinned plan.
create table incident_item (
    incident_id     uuid not null references incident (id),
    item            text not null,
    position        int not null,
    cia             text not null check (cia in ('confidentiality', 'integrity', 'availability')),
    text            text not null,
    answer          text check (answer in ('yes', 'no', 'unknown')),
    reason          text not null default '',
    machine_ticked  bool not null default false,  -- a detection said yes before anybody asked
    answered_by     text,
    answered_at     timestamptz,
    primary key (incident_id, item),
    check ((answer is null) = (answered_at is null))
);

create table incident_task (
    id              uuid primary key,
    incident_id     uuid not null references incident (id),
    text            text not null check (text <> ''),
    person          text,
    due_at          timestamptz,
    item            text,                         -- the unknown it came from
    added_at        timestamptz not null,
    added_by        text not null,
    done_at         timestamptz,
    done_by         text,
    unique (incident_id, item),
    check ((done_at is null) = (done_by is null))
);

create table incident_update (
    id              uuid primary key,
    incident_id     uuid not null references incident (id),
    at              timestamptz not null,
    by              text not null,
    word            text not null
        check (word in ('investigating', 'identified', 'monitoring', 'resolved')),
    text            text not null check (text <> ''),
    next_at         timestamptz not null
);
create index incident_update_of on incident_update (incident_id, at);

create table incident_deadline (
    id              uuid primary key,
    incident_id     uuid not null references incident (id),
    kind            text not null
        check (kind in ('acknowledge', 'triage', 'remediate', 'retro', 'update', 'lead')),
    anchor          timestamptz not null,
    due_at          timestamptz not null,
    standing        text not null default 'running'
        check (standing in ('running', 'met', 'missed', 'withdrawn')),
    reached_at      timestamptz,                  -- also for a missed one that was reached late
    check (standing <> 'met' or reached_at < due_at)
);
create unique index incident_deadline_running on incident_deadline (incident_id, kind)
    where standing = 'running';
create index incident_deadline_of on incident_deadline (incident_id);

-- Ways in that people know of, beside those the runs work on.
create table incident_vector (
    incident_id     uuid not null references incident (id),
    asset           text not null check (asset <> ''),
    cover           text not null check (cover in ('open', 'accepted_risk')),
    note            text not null default '',
    by              text not null,
    at              timestamptz not null,
    primary key (incident_id, asset),
    check (cover = 'open' or note <> '')
);

create table review (
    id              uuid primary key,
    incident_id     uuid not null unique references incident (id),
    state           text not null default 'draft' check (state in ('draft', 'closed')),
    version         int not null default 0,       -- grows with each save
    summary         text not null default '',
    impact          text not null default '',
    detection       text not null default '',
    whys            text[] not null default '{}',
    factors         text[] not null default '{}',
    went_well       text[] not null default '{}',
    surprises       text[] not null default '{}',
    questions       text[] not null default '{}',
    insights        text[] not null default '{}',
    owner           text,
    facilitator     text,
    opened_at       timestamptz not null,
    saved_at        timestamptz,
    saved_by        text,
    closed_at       timestamptz,
    closed_by       text,
    check ((state = 'closed') = (closed_at is not null))
);

create table follow_up (
    id              uuid primary key,
    review_id       uuid not null references review (id),
    position        int not null,
    kind            text not null
        check (kind in ('prevent', 'detect', 'mitigate', 'learn', 'plan_change')),
    text            text not null check (text <> ''),
    owner           text,
    due             date,
    added_at        timestamptz not null,
    done_at         timestamptz
);
create index follow_up_of on follow_up (review_id);

-- A review closes an incident, so an incident is not closed without one.
create function incident_closes_with_its_review() returns trigger language plpgsql as $$
begin
    if new.state = 'closed' and not exists (
        select from review where incident_id = new.id and state = 'closed') then
        raise exception 'an incident closes after its review';
    end if;
    return new;
end
$$;
create trigger incident_closes_with_its_review before insert or update of state on incident
    for each row execute function incident_closes_with_its_review();
