-- Drills: a scenario run against a simulated world, and what became of it.

create table drill (
    id            uuid primary key,
    number        bigint generated always as identity unique,
    scenario      text not null,
    title         text not null,
    pace          int not null check (pace >= 1),
    plan_revision text not null,
    state         text not null check (state in ('starting', 'running', 'finished', 'aborted')),
    started_by    text not null,
    started_at    timestamptz not null,
    ready_at      timestamptz,               -- when its world stood
    attack_at     timestamptz,               -- the first event of the attack, by its own clock
    finished_at   timestamptz,
    world         jsonb,                     -- who is who in it, and where its cloud answers
    steps         jsonb not null default '[]', -- the steps of the story written as facts so far
    result        jsonb,                     -- the score, once finished
    failed_step   text,
    lesson        text,                      -- one plan change, or a note why not
    check ((state in ('finished', 'aborted')) = (finished_at is not null))
);
create index drill_open on drill (started_at) where state in ('starting', 'running');
