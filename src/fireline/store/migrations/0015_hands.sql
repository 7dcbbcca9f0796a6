-- What people do with alerts: links they taught, and an inbox that stays quick.

-- What people asked grouping to remember. Never changed: withdrawn, and made anew.
create table learned_link (
    id           bigint generated always as identity primary key,   -- what people call it
    together     bool not null,               -- or apart
    name         text not null,
    one          jsonb not null,              -- two matchers, in one order
    other        jsonb not null,
    alert_id     uuid not null references alert (id),   -- where it was learned
    made_by      text not null,
    made_at      timestamptz not null,
    withdrawn_at timestamptz,
    withdrawn_by text,
    check ((withdrawn_at is null) = (withdrawn_by is null))
);
create unique index learned_link_live on learned_link (one, other) where withdrawn_at is null;

create index symptom_apart on symptom (apart_from) where apart_from is not null;

-- The inbox in its own order, so that a page begins anywhere without sorting.
drop index alert_inbox;
create index alert_inbox on alert ((-priority), raised_at, number) where state <> 'resolved';
create index alert_over on alert (resolved_at, number) where state = 'resolved';
create index alert_snoozed on alert (snoozed_until)
    where snoozed_until is not null and state <> 'resolved';
create index alert_suppressed on alert (suppressed_by)
    where suppressed_by is not null and state <> 'resolved';
create index alert_swallowed on alert (merged_into) where merged_into is not null;
