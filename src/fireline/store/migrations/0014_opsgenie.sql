-- What clients of the Opsgenie API can ask for beyond what every source can.

-- The source took it back: its own API no longer shows it. Fireline's pages do.
alter table symptom add column withdrawn_at timestamptz;
create index symptom_of_source on symptom (source_id, number);

-- Files that came with a symptom. They are few and small: both are capped where they are taken.
create table attachment (
    id         uuid primary key,
    symptom_id uuid not null references symptom (id),
    name       text not null,
    media_type text not null,
    body       bytea not null,
    added_by   text not null,
    added_at   timestamptz not null
);
create index attachment_of_symptom on attachment (symptom_id, id);

-- The symptoms of a source (null: of every source) that pass a search: lists of tests, of which one
-- list must hold entirely; an empty search passes everything. A test is {field, not, like} for words
-- and {field, not, low, high} for numbers. Written to be inlined, so that callers' limits count.
create function symptoms_found(source uuid, search jsonb, at timestamptz) returns setof symptom
language sql stable as $$
    select s.*
    from symptom s
    join alert a on a.id = s.alert_id
    where (source is null or s.source_id = source)
      and s.drill_id is null and s.withdrawn_at is null
      and (jsonb_array_length(search) = 0 or exists (
          select from jsonb_array_elements(search) as l (tests)
          where not exists (
              select from jsonb_to_recordset(l.tests)
                  as t (field text, "not" bool, "like" text, low numeric, high numeric)
              where t."not" = coalesce(
                  case t.field
                      when 'state' then s.state = t."like"
                      when 'key' then s.key ilike t."like"
                      when 'title' then s.title ilike t."like"
                      when 'tag' then exists (
                          select from unnest(s.tags) as w (word) where w.word ilike t."like")
                      when 'priority' then 'P' || s.priority = t."like"
                      when 'description' then s.description ilike t."like"
                      when 'id' then s.id::text ilike t."like"
                      when 'number' then s.number::text ilike t."like"
                      when 'team' then a.team ilike t."like"
                      when 'assigned' then a.assigned_to ilike t."like"
                      when 'acknowledged' then
                          (a.acknowledged_at is not null)::text = t."like"
                      when 'acknowledged_by' then a.acknowledged_by ilike t."like"
                      when 'resolved_by' then s.resolved_by ilike t."like"
                      when 'snoozed' then coalesce(a.snoozed_until > at, false)::text = t."like"
                      when 'entity' then exists (
                          select from jsonb_array_elements(s.entities) as e (pair)
                          where e.pair ->> 1 ilike t."like")
                      when 'label' then exists (
                          select from jsonb_object_keys(s.labels) as k (name)
                          where k.name ilike t."like")
                      when 'value' then exists (
                          select from jsonb_each_text(s.labels) as v (name, value)
                          where v.value ilike t."like")
                      when 'raised_at' then extract(epoch from s.raised_at)
                          between coalesce(t.low, '-infinity') and coalesce(t.high, 'infinity')
                      when 'last_at' then extract(epoch from s.last_at)
                          between coalesce(t.low, '-infinity') and coalesce(t.high, 'infinity')
                      when 'times' then s.times
                          between coalesce(t.low, '-infinity') and coalesce(t.high, 'infinity')
                  end, false))))
$$;

-- How an edit ended that a client asked for: it may ask, for a day. See also `payload`.
create table edit_outcome (
    id         uuid primary key,
    source_id  uuid not null references source (id),
    symptom_id uuid references symptom (id),   -- null: there was none to edit
    call       text not null,
    said       text not null,
    done       bool not null,
    at         timestamptz not null
);
create index edit_outcome_age on edit_outcome (at);

-- The unit a client gave a heartbeat's interval in: 60 minutes are told as 60 minutes.
alter table heartbeat add column told_unit text not null default '';
