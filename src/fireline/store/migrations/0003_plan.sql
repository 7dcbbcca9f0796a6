-- The plan's revisions, and which of them was made the running one, when and by whom.

-- A revision is named by its content, so equal plans are one row for ever.
create table plan_revision (
    revision    text primary key check (revision ~ '^[0-9a-f]{64}$'),
    files       jsonb not null check (jsonb_typeof(files) = 'object')
);

-- The last push says which revision runs. Pushing an older revision again is how one goes back.
create table plan_push (
    seq         bigint generated always as identity primary key,
    revision    text not null references plan_revision (revision),
    pushed_at   timestamptz not null,
    pushed_by   text not null,
    note        text not null
);

-- Incidents cite revisions: neither they nor their history change afterwards.
create function plan_is_written_once() returns trigger language plpgsql as $$
begin
    raise exception 'plan revisions are written once';
end
$$;
create trigger plan_is_written_once before update or delete on plan_revision
    for each row execute function plan_is_written_once();
create trigger plan_is_written_once before update or delete on plan_push
    for each row execute function plan_is_written_once();
