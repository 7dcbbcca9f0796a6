-- Escalation: answers by several people, answers that lapse, steps that an answer does not stop,
-- and whose turn it is where a step tells one person after the other.

alter table ladder
    drop constraint ladder_check,
    add column answered text[] not null default '{}',   -- who acknowledged, in order
    add column lapses_at timestamptz,                   -- an answer left alone runs out then
    add constraint ladder_due check (
        case state when 'waiting' then due_at is not null
                   when 'answered' then true
                   else due_at is null end),
    add constraint ladder_lapses check (lapses_at is null or state = 'answered');

-- What stops a page: that somebody acknowledged, or only that the alert is over.
alter table page
    add column unless text not null default 'acknowledged'
        check (unless in ('acknowledged', 'resolved'));

-- How often a step of a policy has told somebody in turn. Its row is what makes concurrent alerts
-- come to different people.
create table round_robin (
    policy text not null,
    step   int not null check (step >= 0),
    taken  bigint not null check (taken > 0),
    primary key (policy, step)
);

-- The turn each alert got, so that it keeps it through all rounds.
create table ladder_turn (
    alert_id uuid not null references alert (id) on delete cascade,
    step     int not null check (step >= 0),
    turn     bigint not null check (turn >= 0),
    primary key (alert_id, step)
);
