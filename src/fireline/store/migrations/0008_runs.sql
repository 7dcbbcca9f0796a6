-- Runs of runbooks: their journal, the actions they plan, who approved what, and the evidence.

create table run (
    id            uuid primary key,
    number        bigint generated always as identity unique,
    incident_id   uuid not null references incident (id),
    incident_name text not null,                -- as people say it: INC-142
    runbook_id    text not null,
    plan_revision text not null,
    requested_by  text not null,
    requested_at  timestamptz not null,
    state         text not null default 'running' check (state in ('running', 'finished', 'stopped')),
    why           text not null default '',
    ended_at      timestamptz,
    pace          int not null default 1 check (pace > 0),
    drill_id      uuid,
    fence         bigint not null default 0,    -- grows with each engine; a late one is refused
    lease_until   timestamptz,
    check ((state = 'running') = (ended_at is null))
);
-- The same runbook is not run twice at a time in one incident.
create unique index run_once on run (incident_id, runbook_id) where state = 'running';
create index run_of_incident on run (incident_id);

-- The journal: one row for each step on each asset.
create table run_step (
    run_id        uuid not null references run (id),
    position      int not null check (position >= 0),
    step_id       text not null,
    asset_kind    text,
    asset_account text,
    asset_id      text,
    asset_region  text,
    state         text not null default 'pending' check (state in (
        'pending', 'waiting', 'ready', 'checking', 'stuck', 'done', 'skipped', 'refused', 'failed')),
    why           text not null default '',
    tries         int not null default 0,
    rounds        int not null default 0,       -- actions planned so far
    due_at        timestamptz,
    started_at    timestamptz,
    ended_at      timestamptz,
    answer        text,
    answered_by   text,
    primary key (run_id, position),
    unique nulls not distinct (run_id, step_id, asset_kind, asset_account, asset_id, asset_region)
);

create table action (
    id            uuid primary key,
    number        bigint generated always as identity unique,
    run_id        uuid not null,
    position      int not null,
    round         int not null check (round > 0),
    kind          text not null,
    asset_kind    text not null,
    asset_account text not null,
    asset_id      text not null,
    asset_region  text not null,
    call          jsonb not null,
    inverse       jsonb not null,               -- no action without its undo
    before        jsonb not null,
    after         jsonb not null,
    summary       text not null,
    diff          text not null,
    blast         jsonb not null,
    state         text not null default 'planned' check (state in (
        'planned', 'evidence', 'executing', 'verified', 'unverified', 'failed', 'unknown', 'undone',
        'undo_conflict', 'made_permanent')),
    note          text not null default '',
    planned_at    timestamptz not null,
    executed_at   timestamptz,                  -- when the intent was written; set once
    verified_at   timestamptz,
    ended_at      timestamptz,
    tries         int not null default 0,
    due_at        timestamptz,                  -- when to read it again
    undo_asked_by text,
    undo_asked_at timestamptz,
    conflict      jsonb,                        -- before, left, present
    foreign key (run_id, position) references run_step (run_id, position),
    unique (run_id, position, round)
);
-- A step has one action on its way at a time.
create unique index action_live on action (run_id, position)
    where state in ('planned', 'evidence', 'executing');

-- What was planned is what was approved is what is done: nothing of it changes afterwards.
create function action_content_is_fixed() returns trigger language plpgsql as $$
begin
    if (new.kind, new.call, new.inverse, new.before, new.after, new.asset_kind, new.asset_account,
        new.asset_id, new.asset_region, new.run_id, new.position)
       is distinct from
       (old.kind, old.call, old.inverse, old.before, old.after, old.asset_kind, old.asset_account,
        old.asset_id, old.asset_region, old.run_id, old.position)
       or (old.executed_at is not null and new.executed_at is distinct from old.executed_at) then
        raise exception 'the content of an action is fixed when it is planned';
    end if;
    return new;
end
$$;
create trigger action_content_is_fixed before update on action
    for each row execute function action_content_is_fixed();

create table approval (
    id            uuid primary key,
    number        bigint generated always as identity unique,
    action_id     uuid not null unique references action (id),
    content       jsonb not null,
    content_hash  text not null,
    requester     text not null,
    needed        int not null check (needed > 0),
    state         text not null default 'waiting'
        check (state in ('waiting', 'approved', 'refused', 'expired', 'void')),
    asked_at      timestamptz not null,
    expires_at    timestamptz not null check (expires_at > asked_at),
    decided_at    timestamptz,
    unique (id, requester),
    unique (id, action_id)
);

-- One person's answer. Nobody answers their own request, whatever the program says.
create table approval_vote (
    approval_id   uuid not null,
    requester     text not null,
    person        text not null,
    decision      text not null check (decision in ('approve', 'refuse')),
    reason        text not null,
    at            timestamptz not null,
    primary key (approval_id, person),
    foreign key (approval_id, requester) references approval (id, requester),
    check (person <> requester)
);

-- One call that changes a cloud: the intent is written before it is made, the outcome after.
create table effect (
    id            uuid primary key,
    action_id     uuid not null references action (id),
    way           text not null check (way in ('do', 'undo')),
    approval_id   uuid unique,                  -- an approval is used once
    asked_by      text not null,
    call          jsonb not null,
    intended_at   timestamptz not null,
    settled_at    timestamptz,
    outcome       text check (outcome in ('made', 'declined', 'unsure', 'interrupted')),
    detail        text not null default '',
    check ((way = 'do') = (approval_id is not null)),
    check ((settled_at is null) = (outcome is null)),
    foreign key (approval_id, action_id) references approval (id, action_id)
);
-- An action is done at most once, and one call of it is on its way at a time.
create unique index effect_done_once on effect (action_id) where way = 'do';
create unique index effect_one_intent on effect (action_id) where settled_at is null;

create table evidence (
    id            uuid primary key,
    run_id        uuid not null,
    position      int not null,
    name          text not null,
    asset_kind    text not null,
    asset_account text not null,
    asset_id      text not null,
    asset_region  text not null,
    method        text not null,
    tool          text not null,
    sha256        text not null,
    size          int not null,
    body          bytea not null,
    collected_at  timestamptz not null,
    collected_by  text not null,
    foreign key (run_id, position) references run_step (run_id, position),
    unique (run_id, position, name),
    check (size = octet_length(body)),
    check (sha256 = encode(sha256(body), 'hex'))
);

-- Who held a piece of evidence, and why.
create table custody (
    evidence_id   uuid not null references evidence (id),
    seq           int not null check (seq > 0),
    at            timestamptz not null,
    by            text not null,
    event         text not null check (event in ('collected', 'read', 'exported')),
    why           text not null,
    primary key (evidence_id, seq)
);
create function evidence_is_written_once() returns trigger language plpgsql as $$
begin
    raise exception 'evidence and its custody are written once';
end
$$;
create trigger evidence_is_written_once before update or delete on evidence
    for each row execute function evidence_is_written_once();
create trigger custody_is_written_once before update or delete on custody
    for each row execute function evidence_is_written_once();
