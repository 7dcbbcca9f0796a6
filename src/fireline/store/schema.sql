-- The schema after every migration. Written by `make schema`; read it, do not edit it.

CREATE FUNCTION public.action_content_is_fixed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION public.evidence_is_written_once() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    raise exception 'evidence and its custody are written once';
end
$$;

CREATE FUNCTION public.fact_is_written_once() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    raise exception 'facts are written once';
end
$$;

CREATE FUNCTION public.incident_closes_with_its_review() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    if new.state = 'closed' and not exists (
        select from review where incident_id = new.id and state = 'closed') then
        raise exception 'an incident closes after its review';
    end if;
    return new;
end
$$;

CREATE FUNCTION public.plan_is_written_once() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    raise exception 'plan revisions are written once';
end
$$;

CREATE TABLE public.symptom (
    id uuid NOT NULL,
    number bigint NOT NULL,
    alert_id uuid NOT NULL,
    source_id uuid NOT NULL,
    drill_id uuid,
    key text NOT NULL,
    kind text NOT NULL,
    title text NOT NULL,
    description text NOT NULL,
    priority integer NOT NULL,
    state text DEFAULT 'firing'::text NOT NULL,
    service text,
    grouped text NOT NULL,
    entities jsonb NOT NULL,
    tactics text[] NOT NULL,
    tags text[] NOT NULL,
    labels jsonb NOT NULL,
    links jsonb NOT NULL,
    times integer DEFAULT 1 NOT NULL,
    first_at timestamp with time zone NOT NULL,
    last_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone,
    raised_at timestamp with time zone NOT NULL,
    resolved_at timestamp with time zone,
    resolved_by text,
    reason text NOT NULL,
    because text NOT NULL,
    linked_to uuid,
    link_confidence double precision,
    apart_from uuid,
    payload_id uuid,
    withdrawn_at timestamp with time zone,
    CONSTRAINT symptom_check CHECK (((state = 'resolved'::text) = (resolved_at IS NOT NULL))),
    CONSTRAINT symptom_check1 CHECK (((resolved_at IS NULL) = (resolved_by IS NULL))),
    CONSTRAINT symptom_priority_check CHECK (((priority >= 1) AND (priority <= 5))),
    CONSTRAINT symptom_state_check CHECK ((state = ANY (ARRAY['firing'::text, 'resolved'::text])))
);

CREATE FUNCTION public.symptoms_found(source uuid, search jsonb, at timestamp with time zone) RETURNS SETOF public.symptom
    LANGUAGE sql STABLE
    AS $$
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

CREATE TABLE public.absence (
    id uuid NOT NULL,
    person text NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    note text NOT NULL,
    made_by text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    withdrawn_at timestamp with time zone,
    withdrawn_by text,
    CONSTRAINT absence_check CHECK ((ends_at > starts_at)),
    CONSTRAINT absence_check1 CHECK (((withdrawn_at IS NULL) = (withdrawn_by IS NULL)))
);

CREATE TABLE public.account (
    id uuid NOT NULL,
    person text NOT NULL,
    role text NOT NULL,
    password_hash text,
    created_at timestamp with time zone NOT NULL,
    disabled_at timestamp with time zone,
    CONSTRAINT account_role_check CHECK ((role = ANY (ARRAY['viewer'::text, 'operator'::text, 'manager'::text, 'admin'::text, 'auditor'::text])))
);

CREATE TABLE public.action (
    id uuid NOT NULL,
    number bigint NOT NULL,
    run_id uuid NOT NULL,
    "position" integer NOT NULL,
    round integer NOT NULL,
    kind text NOT NULL,
    asset_kind text NOT NULL,
    asset_account text NOT NULL,
    asset_id text NOT NULL,
    asset_region text NOT NULL,
    call jsonb NOT NULL,
    inverse jsonb NOT NULL,
    before jsonb NOT NULL,
    after jsonb NOT NULL,
    summary text NOT NULL,
    diff text NOT NULL,
    blast jsonb NOT NULL,
    state text DEFAULT 'planned'::text NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    planned_at timestamp with time zone NOT NULL,
    executed_at timestamp with time zone,
    verified_at timestamp with time zone,
    ended_at timestamp with time zone,
    tries integer DEFAULT 0 NOT NULL,
    due_at timestamp with time zone,
    undo_asked_by text,
    undo_asked_at timestamp with time zone,
    conflict jsonb,
    CONSTRAINT action_round_check CHECK ((round > 0)),
    CONSTRAINT action_state_check CHECK ((state = ANY (ARRAY['planned'::text, 'evidence'::text, 'executing'::text, 'verified'::text, 'unverified'::text, 'failed'::text, 'unknown'::text, 'undone'::text, 'undo_conflict'::text, 'made_permanent'::text])))
);

ALTER TABLE public.action ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.action_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.alert (
    id uuid NOT NULL,
    number bigint NOT NULL,
    key text NOT NULL,
    title text NOT NULL,
    priority integer NOT NULL,
    state text DEFAULT 'firing'::text NOT NULL,
    service text,
    team text,
    policy text,
    owner_reason text NOT NULL,
    runbook text,
    plan_revision text NOT NULL,
    findings integer NOT NULL,
    first_at timestamp with time zone NOT NULL,
    last_at timestamp with time zone NOT NULL,
    raised_at timestamp with time zone NOT NULL,
    acknowledged_at timestamp with time zone,
    acknowledged_by text,
    resolved_at timestamp with time zone,
    resolved_by text,
    pace integer DEFAULT 1 NOT NULL,
    drill_id uuid,
    description text DEFAULT ''::text NOT NULL,
    symptoms integer DEFAULT 0 NOT NULL,
    live_symptoms integer DEFAULT 0 NOT NULL,
    confidence integer,
    route text,
    again_of uuid,
    flaps integer DEFAULT 0 NOT NULL,
    merged_into uuid,
    untold_why text,
    told_by uuid,
    snoozed_until timestamp with time zone,
    suppressed_by uuid,
    suppressed_until timestamp with time zone,
    assigned_to text,
    held_from text,
    held_seen_at timestamp with time zone,
    held_priority integer,
    CONSTRAINT alert_check CHECK (((acknowledged_at IS NULL) = (acknowledged_by IS NULL))),
    CONSTRAINT alert_check1 CHECK (((resolved_at IS NULL) = (resolved_by IS NULL))),
    CONSTRAINT alert_check2 CHECK (((state <> 'acknowledged'::text) OR (acknowledged_at IS NOT NULL))),
    CONSTRAINT alert_check3 CHECK (((state = 'resolved'::text) = (resolved_at IS NOT NULL))),
    CONSTRAINT alert_confidence_check CHECK (((confidence >= 0) AND (confidence <= 100))),
    CONSTRAINT alert_findings_check CHECK ((findings >= 0)),
    CONSTRAINT alert_pace_check CHECK ((pace > 0)),
    CONSTRAINT alert_priority_check CHECK (((priority >= 1) AND (priority <= 5))),
    CONSTRAINT alert_state_check CHECK ((state = ANY (ARRAY['firing'::text, 'acknowledged'::text, 'resolved'::text])))
);

CREATE TABLE public.alert_asset (
    alert_id uuid NOT NULL,
    place bigint NOT NULL,
    kind text NOT NULL,
    account text NOT NULL,
    region text NOT NULL,
    asset text NOT NULL
);

ALTER TABLE public.alert_asset ALTER COLUMN place ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.alert_asset_place_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.alert_entity (
    alert_id uuid NOT NULL,
    kind text NOT NULL,
    value text NOT NULL
);

CREATE TABLE public.alert_finding (
    finding_id uuid NOT NULL,
    alert_id uuid NOT NULL,
    rule text NOT NULL,
    title text NOT NULL,
    priority integer NOT NULL,
    at timestamp with time zone NOT NULL,
    event text NOT NULL,
    who text NOT NULL,
    reason text NOT NULL,
    joined_at timestamp with time zone NOT NULL
);

ALTER TABLE public.alert ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.alert_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.api_token (
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    name text NOT NULL,
    role text NOT NULL,
    drill_id uuid,
    fingerprint text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone,
    revoked_at timestamp with time zone,
    CONSTRAINT api_token_name_check CHECK ((name <> ''::text)),
    CONSTRAINT api_token_role_check CHECK ((role = ANY (ARRAY['viewer'::text, 'operator'::text, 'manager'::text, 'admin'::text, 'auditor'::text])))
);

CREATE TABLE public.approval (
    id uuid NOT NULL,
    number bigint NOT NULL,
    action_id uuid NOT NULL,
    content jsonb NOT NULL,
    content_hash text NOT NULL,
    requester text NOT NULL,
    needed integer NOT NULL,
    state text DEFAULT 'waiting'::text NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    decided_at timestamp with time zone,
    CONSTRAINT approval_check CHECK ((expires_at > asked_at)),
    CONSTRAINT approval_needed_check CHECK ((needed > 0)),
    CONSTRAINT approval_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'approved'::text, 'refused'::text, 'expired'::text, 'void'::text])))
);

ALTER TABLE public.approval ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.approval_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.approval_vote (
    approval_id uuid NOT NULL,
    requester text NOT NULL,
    person text NOT NULL,
    decision text NOT NULL,
    reason text NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT approval_vote_check CHECK ((person <> requester)),
    CONSTRAINT approval_vote_decision_check CHECK ((decision = ANY (ARRAY['approve'::text, 'refuse'::text])))
);

CREATE TABLE public.asset (
    id uuid NOT NULL,
    drill_id uuid,
    account text NOT NULL,
    region text NOT NULL,
    kind text NOT NULL,
    asset_id text NOT NULL,
    arn text NOT NULL,
    name text NOT NULL,
    tags jsonb NOT NULL,
    config jsonb NOT NULL,
    unread jsonb NOT NULL,
    kept jsonb NOT NULL,
    links jsonb NOT NULL,
    digest text NOT NULL,
    words tsvector NOT NULL,
    version integer NOT NULL,
    service text,
    owner_reason text NOT NULL,
    cost numeric,
    currency text,
    cost_since timestamp with time zone,
    doubt text DEFAULT ''::text NOT NULL,
    first_seen timestamp with time zone NOT NULL,
    last_seen timestamp with time zone NOT NULL,
    read_at timestamp with time zone NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    gone_at timestamp with time zone,
    CONSTRAINT asset_version_check CHECK ((version > 0))
);

CREATE TABLE public.asset_coverage (
    id uuid NOT NULL,
    drill_id uuid,
    account text NOT NULL,
    region text NOT NULL,
    listing text NOT NULL,
    outcome text NOT NULL,
    why text NOT NULL,
    said text NOT NULL,
    at timestamp with time zone NOT NULL,
    looked_at timestamp with time zone,
    assets integer NOT NULL,
    dirty_at timestamp with time zone,
    CONSTRAINT asset_coverage_check CHECK (((outcome = 'looked'::text) = (why = ''::text))),
    CONSTRAINT asset_coverage_outcome_check CHECK ((outcome = ANY (ARRAY['looked'::text, 'could not look'::text])))
);

CREATE TABLE public.asset_link (
    asset uuid NOT NULL,
    relation text NOT NULL,
    to_kind text NOT NULL,
    to_account text NOT NULL,
    to_region text NOT NULL,
    to_id text NOT NULL
);

CREATE TABLE public.asset_version (
    asset uuid NOT NULL,
    version integer NOT NULL,
    happened text NOT NULL,
    config jsonb NOT NULL,
    diff jsonb NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    who text,
    call text,
    called_at timestamp with time zone,
    signal_id uuid,
    CONSTRAINT asset_version_happened_check CHECK ((happened = ANY (ARRAY['seen'::text, 'changed'::text, 'gone'::text, 'back'::text]))),
    CONSTRAINT asset_version_version_check CHECK ((version > 0))
);

CREATE TABLE public.attachment (
    id uuid NOT NULL,
    symptom_id uuid NOT NULL,
    name text NOT NULL,
    media_type text NOT NULL,
    body bytea NOT NULL,
    added_by text NOT NULL,
    added_at timestamp with time zone NOT NULL
);

CREATE TABLE public.audit (
    at timestamp with time zone NOT NULL,
    passed boolean NOT NULL,
    broken jsonb NOT NULL,
    beat_at timestamp with time zone
);

CREATE TABLE public.calendar_feed (
    id uuid NOT NULL,
    fingerprint text NOT NULL,
    owner text NOT NULL,
    person text,
    schedule text,
    made_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone,
    revoked_at timestamp with time zone,
    CONSTRAINT calendar_feed_check CHECK (((person IS NULL) <> (schedule IS NULL)))
);

CREATE TABLE public.change (
    id uuid NOT NULL,
    number bigint NOT NULL,
    source_id uuid NOT NULL,
    drill_id uuid,
    key text NOT NULL,
    kind text NOT NULL,
    title text NOT NULL,
    description text NOT NULL,
    service text,
    hint text NOT NULL,
    actor text NOT NULL,
    planned boolean,
    at timestamp with time zone NOT NULL,
    revision text NOT NULL,
    entities jsonb NOT NULL,
    assets jsonb NOT NULL,
    labels jsonb NOT NULL,
    links jsonb NOT NULL,
    times integer DEFAULT 1 NOT NULL,
    told_at timestamp with time zone NOT NULL,
    payload_id uuid,
    CONSTRAINT change_kind_check CHECK ((kind = ANY (ARRAY['deploy'::text, 'configuration'::text, 'flag'::text, 'migration'::text, 'scale'::text, 'call'::text, 'plan'::text, 'other'::text])))
);

ALTER TABLE public.change ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.change_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.channel (
    name text NOT NULL,
    calls_from text DEFAULT ''::text NOT NULL,
    said_at timestamp with time zone NOT NULL
);

CREATE TABLE public.cloud_account (
    id uuid NOT NULL,
    drill_id uuid,
    account text NOT NULL,
    provider text NOT NULL,
    name text NOT NULL,
    origin text NOT NULL,
    role_arn text NOT NULL,
    external_id text NOT NULL,
    regions text[] NOT NULL,
    added_by text NOT NULL,
    added_at timestamp with time zone NOT NULL,
    probed_at timestamp with time zone,
    probe text DEFAULT ''::text NOT NULL,
    probe_said text DEFAULT ''::text NOT NULL,
    first_looked_at timestamp with time zone,
    looked_at timestamp with time zone,
    owners_revision text DEFAULT ''::text NOT NULL,
    costs_at timestamp with time zone,
    removed_at timestamp with time zone,
    removed_by text,
    CONSTRAINT cloud_account_origin_check CHECK ((origin = ANY (ARRAY['settings'::text, 'person'::text]))),
    CONSTRAINT cloud_account_probe_check CHECK ((probe = ANY (ARRAY[''::text, 'good'::text, 'refused'::text, 'could not look'::text]))),
    CONSTRAINT cloud_account_provider_check CHECK ((provider = ANY (ARRAY['aws'::text, 'kubernetes'::text])))
);

CREATE TABLE public.contact (
    id uuid NOT NULL,
    person text NOT NULL,
    channel text NOT NULL,
    address text NOT NULL,
    label text DEFAULT ''::text NOT NULL,
    added_by text NOT NULL,
    added_at timestamp with time zone NOT NULL,
    verified_at timestamp with time zone,
    removed_at timestamp with time zone,
    removed_by text,
    CONSTRAINT contact_address_check CHECK (((length(address) >= 1) AND (length(address) <= 2000))),
    CONSTRAINT contact_channel_check CHECK ((channel = ANY (ARRAY['phone'::text, 'push'::text, 'email'::text, 'slack'::text, 'matrix'::text, 'ntfy'::text, 'teams'::text, 'webhook'::text]))),
    CONSTRAINT contact_check CHECK (((removed_at IS NULL) = (removed_by IS NULL))),
    CONSTRAINT contact_label_check CHECK ((length(label) <= 80))
);

CREATE TABLE public.contact_check (
    id uuid NOT NULL,
    contact_id uuid NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    tries integer DEFAULT 0 NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT contact_check_tries_check CHECK ((tries >= 0))
);

CREATE TABLE public.contact_code (
    check_id uuid NOT NULL,
    fingerprint text NOT NULL,
    made_at timestamp with time zone NOT NULL
);

CREATE TABLE public.custody (
    evidence_id uuid NOT NULL,
    seq integer NOT NULL,
    at timestamp with time zone NOT NULL,
    by text NOT NULL,
    event text NOT NULL,
    why text NOT NULL,
    CONSTRAINT custody_event_check CHECK ((event = ANY (ARRAY['collected'::text, 'read'::text, 'exported'::text]))),
    CONSTRAINT custody_seq_check CHECK ((seq > 0))
);

CREATE TABLE public.delivery (
    outbox_id uuid NOT NULL,
    attempt integer NOT NULL,
    at timestamp with time zone NOT NULL,
    outcome text NOT NULL,
    detail text NOT NULL,
    CONSTRAINT delivery_attempt_check CHECK ((attempt > 0)),
    CONSTRAINT delivery_outcome_check CHECK ((outcome = ANY (ARRAY['delivered'::text, 'try_again'::text, 'refused'::text, 'unknown'::text])))
);

CREATE TABLE public.drill (
    id uuid NOT NULL,
    number bigint NOT NULL,
    scenario text NOT NULL,
    title text NOT NULL,
    pace integer NOT NULL,
    plan_revision text NOT NULL,
    state text NOT NULL,
    started_by text NOT NULL,
    started_at timestamp with time zone NOT NULL,
    ready_at timestamp with time zone,
    attack_at timestamp with time zone,
    finished_at timestamp with time zone,
    world jsonb,
    steps jsonb DEFAULT '[]'::jsonb NOT NULL,
    result jsonb,
    failed_step text,
    lesson text,
    CONSTRAINT drill_check CHECK (((state = ANY (ARRAY['finished'::text, 'aborted'::text])) = (finished_at IS NOT NULL))),
    CONSTRAINT drill_pace_check CHECK ((pace >= 1)),
    CONSTRAINT drill_state_check CHECK ((state = ANY (ARRAY['starting'::text, 'running'::text, 'finished'::text, 'aborted'::text])))
);

ALTER TABLE public.drill ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.drill_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.due (
    kind text NOT NULL,
    id uuid NOT NULL,
    due_at timestamp with time zone NOT NULL,
    lease_until timestamp with time zone,
    fence bigint DEFAULT 0 NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    parked_at timestamp with time zone,
    parked_why text,
    urgency smallint DEFAULT 3 NOT NULL,
    CONSTRAINT due_urgency_check CHECK (((urgency >= 1) AND (urgency <= 5)))
);

CREATE TABLE public.edit_outcome (
    id uuid NOT NULL,
    source_id uuid NOT NULL,
    symptom_id uuid,
    call text NOT NULL,
    said text NOT NULL,
    done boolean NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE TABLE public.effect (
    id uuid NOT NULL,
    action_id uuid NOT NULL,
    way text NOT NULL,
    approval_id uuid,
    asked_by text NOT NULL,
    call jsonb NOT NULL,
    intended_at timestamp with time zone NOT NULL,
    settled_at timestamp with time zone,
    outcome text,
    detail text DEFAULT ''::text NOT NULL,
    CONSTRAINT effect_check CHECK (((way = 'do'::text) = (approval_id IS NOT NULL))),
    CONSTRAINT effect_check1 CHECK (((settled_at IS NULL) = (outcome IS NULL))),
    CONSTRAINT effect_outcome_check CHECK ((outcome = ANY (ARRAY['made'::text, 'declined'::text, 'unsure'::text, 'interrupted'::text]))),
    CONSTRAINT effect_way_check CHECK ((way = ANY (ARRAY['do'::text, 'undo'::text])))
);

CREATE TABLE public.evidence (
    id uuid NOT NULL,
    run_id uuid NOT NULL,
    "position" integer NOT NULL,
    name text NOT NULL,
    asset_kind text NOT NULL,
    asset_account text NOT NULL,
    asset_id text NOT NULL,
    asset_region text NOT NULL,
    method text NOT NULL,
    tool text NOT NULL,
    sha256 text NOT NULL,
    size integer NOT NULL,
    body bytea NOT NULL,
    collected_at timestamp with time zone NOT NULL,
    collected_by text NOT NULL,
    CONSTRAINT evidence_check CHECK ((size = octet_length(body))),
    CONSTRAINT evidence_check1 CHECK ((sha256 = encode(sha256(body), 'hex'::text)))
);

CREATE TABLE public.fact (
    stream_kind text NOT NULL,
    stream_id uuid NOT NULL,
    seq bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    by text NOT NULL,
    kind text NOT NULL,
    body jsonb NOT NULL,
    previous text NOT NULL,
    hash text NOT NULL,
    CONSTRAINT fact_seq_check CHECK ((seq > 0))
);

CREATE TABLE public.finding (
    id uuid NOT NULL,
    rule_id text NOT NULL,
    rule jsonb NOT NULL,
    plan_revision text NOT NULL,
    signal_id uuid NOT NULL,
    drill_id uuid,
    at timestamp with time zone NOT NULL,
    found_at timestamp with time zone NOT NULL
);

CREATE TABLE public.follow_up (
    id uuid NOT NULL,
    review_id uuid NOT NULL,
    "position" integer NOT NULL,
    kind text NOT NULL,
    text text NOT NULL,
    owner text,
    due date,
    added_at timestamp with time zone NOT NULL,
    done_at timestamp with time zone,
    CONSTRAINT follow_up_kind_check CHECK ((kind = ANY (ARRAY['prevent'::text, 'detect'::text, 'mitigate'::text, 'learn'::text, 'plan_change'::text]))),
    CONSTRAINT follow_up_text_check CHECK ((text <> ''::text))
);

CREATE TABLE public.grouping_news (
    id bigint NOT NULL,
    drill_id uuid,
    kind text NOT NULL,
    alert_id uuid,
    other_id uuid,
    symptoms uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT grouping_news_kind_check CHECK ((kind = ANY (ARRAY['closed'::text, 'split'::text, 'merged'::text, 'resolved'::text, 'wishes'::text])))
);

ALTER TABLE public.grouping_news ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.grouping_news_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.handoff (
    schedule text NOT NULL,
    id uuid NOT NULL,
    people text[] NOT NULL,
    since timestamp with time zone NOT NULL,
    next_at timestamp with time zone
);

CREATE TABLE public.heard_text (
    provider text NOT NULL,
    message_id text NOT NULL,
    address text NOT NULL,
    answer text NOT NULL,
    helped boolean DEFAULT false NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE TABLE public.heartbeat (
    id uuid NOT NULL,
    name text NOT NULL,
    description text NOT NULL,
    interval_seconds integer NOT NULL,
    enabled boolean NOT NULL,
    owner_team text,
    alert_message text NOT NULL,
    alert_tags text[] NOT NULL,
    alert_priority integer NOT NULL,
    made_by text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    last_ping_at timestamp with time zone,
    expired_at timestamp with time zone,
    told_unit text DEFAULT ''::text NOT NULL,
    CONSTRAINT heartbeat_alert_priority_check CHECK (((alert_priority >= 1) AND (alert_priority <= 5))),
    CONSTRAINT heartbeat_interval_seconds_check CHECK ((interval_seconds > 0))
);

CREATE TABLE public.idempotency (
    source_id uuid NOT NULL,
    key_hash bytea NOT NULL,
    payload_id uuid NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE TABLE public.incident (
    id uuid NOT NULL,
    number bigint NOT NULL,
    title text NOT NULL,
    state text NOT NULL,
    episode integer DEFAULT 1 NOT NULL,
    priority integer NOT NULL,
    category text,
    operational boolean NOT NULL,
    frame text,
    runbook text,
    declare_offer_at integer NOT NULL,
    plan_revision text NOT NULL,
    drill_id uuid,
    pace integer DEFAULT 1 NOT NULL,
    first_at timestamp with time zone NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    opened_by text NOT NULL,
    declared_at timestamp with time zone,
    contained_at timestamp with time zone,
    eradicated_at timestamp with time zone,
    recovered_at timestamp with time zone,
    in_review_at timestamp with time zone,
    ended_at timestamp with time zone,
    update_every interval NOT NULL,
    next_update_due timestamp with time zone,
    dismissal_by text,
    dismissal_why text DEFAULT ''::text NOT NULL,
    merged_into uuid,
    CONSTRAINT incident_check CHECK (((state = ANY (ARRAY['closed'::text, 'dismissed'::text, 'merged'::text])) = (ended_at IS NOT NULL))),
    CONSTRAINT incident_check1 CHECK (((ended_at IS NULL) = (next_update_due IS NOT NULL))),
    CONSTRAINT incident_check2 CHECK (((state = 'merged'::text) = (merged_into IS NOT NULL))),
    CONSTRAINT incident_check3 CHECK (((state = ANY (ARRAY['suspected'::text, 'dismissed'::text, 'merged'::text])) OR (category IS NOT NULL))),
    CONSTRAINT incident_episode_check CHECK ((episode > 0)),
    CONSTRAINT incident_frame_check CHECK ((frame = ANY (ARRAY['clear'::text, 'complicated'::text, 'complex'::text, 'chaotic'::text]))),
    CONSTRAINT incident_pace_check CHECK ((pace > 0)),
    CONSTRAINT incident_priority_check CHECK (((priority >= 1) AND (priority <= 5))),
    CONSTRAINT incident_state_check CHECK ((state = ANY (ARRAY['suspected'::text, 'declared'::text, 'contained'::text, 'eradicated'::text, 'recovered'::text, 'in_review'::text, 'closed'::text, 'dismissed'::text, 'merged'::text]))),
    CONSTRAINT incident_title_check CHECK ((title <> ''::text))
);

CREATE TABLE public.incident_alert (
    alert_id uuid NOT NULL,
    incident_id uuid NOT NULL,
    joined_at timestamp with time zone NOT NULL,
    joined_by text NOT NULL
);

CREATE TABLE public.incident_deadline (
    id uuid NOT NULL,
    incident_id uuid NOT NULL,
    kind text NOT NULL,
    anchor timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    standing text DEFAULT 'running'::text NOT NULL,
    reached_at timestamp with time zone,
    CONSTRAINT incident_deadline_check CHECK (((standing <> 'met'::text) OR (reached_at < due_at))),
    CONSTRAINT incident_deadline_kind_check CHECK ((kind = ANY (ARRAY['acknowledge'::text, 'triage'::text, 'remediate'::text, 'retro'::text, 'update'::text, 'lead'::text]))),
    CONSTRAINT incident_deadline_standing_check CHECK ((standing = ANY (ARRAY['running'::text, 'met'::text, 'missed'::text, 'withdrawn'::text])))
);

CREATE TABLE public.incident_input (
    incident_id uuid NOT NULL,
    "position" integer NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    required boolean NOT NULL
);

CREATE TABLE public.incident_item (
    incident_id uuid NOT NULL,
    item text NOT NULL,
    "position" integer NOT NULL,
    cia text NOT NULL,
    text text NOT NULL,
    answer text,
    reason text DEFAULT ''::text NOT NULL,
    machine_ticked boolean DEFAULT false NOT NULL,
    answered_by text,
    answered_at timestamp with time zone,
    CONSTRAINT incident_item_answer_check CHECK ((answer = ANY (ARRAY['yes'::text, 'no'::text, 'unknown'::text]))),
    CONSTRAINT incident_item_check CHECK (((answer IS NULL) = (answered_at IS NULL))),
    CONSTRAINT incident_item_cia_check CHECK ((cia = ANY (ARRAY['confidentiality'::text, 'integrity'::text, 'availability'::text])))
);

ALTER TABLE public.incident ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.incident_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.incident_role (
    id uuid NOT NULL,
    incident_id uuid NOT NULL,
    role text NOT NULL,
    person text NOT NULL,
    since timestamp with time zone NOT NULL,
    until timestamp with time zone,
    given_by text NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    CONSTRAINT incident_role_check CHECK (((until IS NULL) OR (until >= since))),
    CONSTRAINT incident_role_role_check CHECK ((role = ANY (ARRAY['lead'::text, 'coordinator'::text, 'responder'::text, 'scribe'::text, 'communicator'::text])))
);

CREATE TABLE public.incident_task (
    id uuid NOT NULL,
    incident_id uuid NOT NULL,
    text text NOT NULL,
    person text,
    due_at timestamp with time zone,
    item text,
    added_at timestamp with time zone NOT NULL,
    added_by text NOT NULL,
    done_at timestamp with time zone,
    done_by text,
    CONSTRAINT incident_task_check CHECK (((done_at IS NULL) = (done_by IS NULL))),
    CONSTRAINT incident_task_text_check CHECK ((text <> ''::text))
);

CREATE TABLE public.incident_update (
    id uuid NOT NULL,
    incident_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    by text NOT NULL,
    word text NOT NULL,
    text text NOT NULL,
    next_at timestamp with time zone NOT NULL,
    CONSTRAINT incident_update_text_check CHECK ((text <> ''::text)),
    CONSTRAINT incident_update_word_check CHECK ((word = ANY (ARRAY['investigating'::text, 'identified'::text, 'monitoring'::text, 'resolved'::text])))
);

CREATE TABLE public.incident_vector (
    incident_id uuid NOT NULL,
    asset text NOT NULL,
    cover text NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    by text NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT incident_vector_asset_check CHECK ((asset <> ''::text)),
    CONSTRAINT incident_vector_check CHECK (((cover = 'open'::text) OR (note <> ''::text))),
    CONSTRAINT incident_vector_cover_check CHECK ((cover = ANY (ARRAY['open'::text, 'accepted_risk'::text])))
);

CREATE TABLE public.ladder (
    alert_id uuid NOT NULL,
    state text NOT NULL,
    taken integer DEFAULT 0 NOT NULL,
    due_at timestamp with time zone,
    ended_at timestamp with time zone,
    ended_by text,
    climb integer DEFAULT 1 NOT NULL,
    answered text[] DEFAULT '{}'::text[] NOT NULL,
    lapses_at timestamp with time zone,
    CONSTRAINT ladder_check1 CHECK (((state = 'waiting'::text) = (ended_at IS NULL))),
    CONSTRAINT ladder_check2 CHECK (((state = 'answered'::text) = (ended_by IS NOT NULL))),
    CONSTRAINT ladder_climb_check CHECK ((climb > 0)),
    CONSTRAINT ladder_due CHECK (
CASE state
    WHEN 'waiting'::text THEN (due_at IS NOT NULL)
    WHEN 'answered'::text THEN true
    ELSE (due_at IS NULL)
END),
    CONSTRAINT ladder_lapses CHECK (((lapses_at IS NULL) OR (state = 'answered'::text))),
    CONSTRAINT ladder_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'answered'::text, 'exhausted'::text, 'withdrawn'::text]))),
    CONSTRAINT ladder_taken_check CHECK ((taken >= 0))
);

CREATE TABLE public.ladder_turn (
    alert_id uuid NOT NULL,
    step integer NOT NULL,
    turn bigint NOT NULL,
    CONSTRAINT ladder_turn_step_check CHECK ((step >= 0)),
    CONSTRAINT ladder_turn_turn_check CHECK ((turn >= 0))
);

CREATE TABLE public.learned_link (
    id bigint NOT NULL,
    together boolean NOT NULL,
    name text NOT NULL,
    one jsonb NOT NULL,
    other jsonb NOT NULL,
    alert_id uuid NOT NULL,
    made_by text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    withdrawn_at timestamp with time zone,
    withdrawn_by text,
    CONSTRAINT learned_link_check CHECK (((withdrawn_at IS NULL) = (withdrawn_by IS NULL)))
);

ALTER TABLE public.learned_link ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.learned_link_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.link (
    id uuid NOT NULL,
    token_hash bytea NOT NULL,
    alert_id uuid NOT NULL,
    page_id uuid NOT NULL,
    person text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone
);

CREATE TABLE public.look (
    id uuid NOT NULL,
    number bigint NOT NULL,
    drill_id uuid,
    reason text NOT NULL,
    asked_by text NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT look_reason_check CHECK ((reason = ANY (ARRAY['asked'::text, 'scheduled'::text, 'started'::text, 'dirty'::text])))
);

CREATE TABLE public.look_account (
    id uuid NOT NULL,
    look_id uuid NOT NULL,
    account text NOT NULL,
    provider text NOT NULL,
    whole boolean NOT NULL,
    first boolean NOT NULL,
    state text NOT NULL,
    why text DEFAULT ''::text NOT NULL,
    said text DEFAULT ''::text NOT NULL,
    parts integer DEFAULT 0 NOT NULL,
    done integer DEFAULT 0 NOT NULL,
    could_not integer DEFAULT 0 NOT NULL,
    calls bigint DEFAULT 0 NOT NULL,
    assets integer DEFAULT 0 NOT NULL,
    changed integer DEFAULT 0 NOT NULL,
    gone integer DEFAULT 0 NOT NULL,
    began_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    judged text[] DEFAULT '{}'::text[] NOT NULL,
    judged_under text DEFAULT ''::text NOT NULL,
    CONSTRAINT look_account_state_check CHECK ((state = ANY (ARRAY['asking'::text, 'looking'::text, 'judging'::text, 'ended'::text])))
);

ALTER TABLE public.look ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.look_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.look_part (
    look_account uuid NOT NULL,
    region text NOT NULL,
    listing text NOT NULL,
    place integer NOT NULL,
    urgent boolean NOT NULL,
    state text DEFAULT 'waiting'::text NOT NULL,
    due_at timestamp with time zone NOT NULL,
    lease_until timestamp with time zone,
    fence bigint DEFAULT 0 NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    why text DEFAULT ''::text NOT NULL,
    said text DEFAULT ''::text NOT NULL,
    calls integer DEFAULT 0 NOT NULL,
    assets integer DEFAULT 0 NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT look_part_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'looked'::text, 'could not look'::text])))
);

CREATE TABLE public.oncall_warning (
    schedule text NOT NULL,
    key text NOT NULL,
    told_at timestamp with time zone NOT NULL
);

CREATE TABLE public.outbox (
    id uuid NOT NULL,
    key text NOT NULL,
    channel text NOT NULL,
    recipient text NOT NULL,
    person text NOT NULL,
    subject text NOT NULL,
    body text NOT NULL,
    about_kind text NOT NULL,
    about_id uuid NOT NULL,
    drill_id uuid,
    wished_at timestamp with time zone NOT NULL,
    state text DEFAULT 'waiting'::text NOT NULL,
    settled_at timestamp with time zone,
    carried_by uuid,
    carried_at timestamp with time zone,
    held_until timestamp with time zone,
    prepared_fence bigint,
    taken_receipt text,
    CONSTRAINT outbox_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'delivered'::text, 'refused'::text, 'cancelled'::text])))
);

CREATE TABLE public.own_quiet (
    person text NOT NULL,
    starts time without time zone,
    ends time without time zone,
    zone text,
    set_at timestamp with time zone NOT NULL,
    CONSTRAINT own_quiet_check CHECK ((((starts IS NULL) = (ends IS NULL)) AND ((starts IS NULL) = (zone IS NULL)))),
    CONSTRAINT own_quiet_check1 CHECK ((starts <> ends))
);

CREATE TABLE public.own_rule (
    person text NOT NULL,
    urgency text NOT NULL,
    place integer NOT NULL,
    channel text NOT NULL,
    after interval NOT NULL,
    set_at timestamp with time zone NOT NULL,
    CONSTRAINT own_rule_after_check CHECK ((after >= '00:00:00'::interval)),
    CONSTRAINT own_rule_place_check CHECK ((place >= 0)),
    CONSTRAINT own_rule_urgency_check CHECK ((urgency = ANY (ARRAY['urgent'::text, 'calm'::text])))
);

CREATE TABLE public.page (
    id uuid NOT NULL,
    alert_id uuid NOT NULL,
    person text NOT NULL,
    step integer NOT NULL,
    reason text NOT NULL,
    state text DEFAULT 'wished'::text NOT NULL,
    wished_at timestamp with time zone NOT NULL,
    settled_at timestamp with time zone,
    climb integer DEFAULT 1 NOT NULL,
    unless text DEFAULT 'acknowledged'::text NOT NULL,
    CONSTRAINT page_climb_check CHECK ((climb > 0)),
    CONSTRAINT page_state_check CHECK ((state = ANY (ARRAY['wished'::text, 'sent'::text, 'failed'::text, 'answered'::text, 'superseded'::text]))),
    CONSTRAINT page_step_check CHECK ((step > 0)),
    CONSTRAINT page_unless_check CHECK ((unless = ANY (ARRAY['acknowledged'::text, 'resolved'::text])))
);

CREATE TABLE public.payload (
    id uuid NOT NULL,
    source_id uuid NOT NULL,
    drill_id uuid,
    format text NOT NULL,
    call text NOT NULL,
    meta jsonb NOT NULL,
    body bytea NOT NULL,
    received_at timestamp with time zone NOT NULL,
    sorted_at timestamp with time zone,
    said integer DEFAULT 0 NOT NULL,
    unread integer DEFAULT 0 NOT NULL
);

CREATE TABLE public.plan_push (
    seq bigint NOT NULL,
    revision text NOT NULL,
    pushed_at timestamp with time zone NOT NULL,
    pushed_by text NOT NULL,
    note text NOT NULL
);

ALTER TABLE public.plan_push ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.plan_push_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.plan_revision (
    revision text NOT NULL,
    files jsonb NOT NULL,
    CONSTRAINT plan_revision_files_check CHECK ((jsonb_typeof(files) = 'object'::text)),
    CONSTRAINT plan_revision_revision_check CHECK ((revision ~ '^[0-9a-f]{64}$'::text))
);

CREATE TABLE public.posture_assessment (
    id uuid NOT NULL,
    number bigint NOT NULL,
    drill_id uuid,
    account text,
    asked_by text NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    assets integer NOT NULL,
    judged integer DEFAULT 0 NOT NULL,
    ended_at timestamp with time zone,
    failed text DEFAULT ''::text NOT NULL
);

ALTER TABLE public.posture_assessment ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.posture_assessment_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.posture_baseline (
    drill_id uuid,
    account text NOT NULL,
    signature text NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE TABLE public.posture_exception (
    id uuid NOT NULL,
    number bigint NOT NULL,
    drill_id uuid,
    signature text NOT NULL,
    asset text NOT NULL,
    tag text NOT NULL,
    account text NOT NULL,
    owner text NOT NULL,
    ticket text NOT NULL,
    reason text NOT NULL,
    broad_why text NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    made_by text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    warned_at timestamp with time zone,
    ended_at timestamp with time zone,
    ended_by text,
    CONSTRAINT posture_exception_check CHECK ((expires_at > made_at)),
    CONSTRAINT posture_exception_check1 CHECK (((ended_at IS NULL) = (ended_by IS NULL))),
    CONSTRAINT posture_exception_reason_check CHECK ((reason <> ''::text))
);

ALTER TABLE public.posture_exception ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.posture_exception_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.posture_finding (
    id uuid NOT NULL,
    number bigint NOT NULL,
    drill_id uuid,
    asset uuid NOT NULL,
    signature text NOT NULL,
    title text NOT NULL,
    level integer NOT NULL,
    state text NOT NULL,
    first_failed_at timestamp with time zone NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    resolved_at timestamp with time zone,
    resolution text NOT NULL,
    reopened integer NOT NULL,
    reason text NOT NULL,
    evidence jsonb NOT NULL,
    baseline boolean NOT NULL,
    alerts boolean NOT NULL,
    alerted_at timestamp with time zone,
    exception_id uuid,
    CONSTRAINT posture_finding_check CHECK (((state = 'resolved'::text) = (resolved_at IS NOT NULL))),
    CONSTRAINT posture_finding_level_check CHECK (((level >= 1) AND (level <= 5))),
    CONSTRAINT posture_finding_state_check CHECK ((state = ANY (ARRAY['open'::text, 'resolved'::text])))
);

ALTER TABLE public.posture_finding ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.posture_finding_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.posture_judged (
    asset uuid NOT NULL,
    judged_at timestamp with time zone NOT NULL,
    mark text DEFAULT ''::text NOT NULL,
    failing integer DEFAULT 0 NOT NULL,
    passing integer DEFAULT 0 NOT NULL,
    unknown integer DEFAULT 0 NOT NULL
)
WITH (fillfactor='70');

CREATE TABLE public.posture_turn (
    id bigint NOT NULL,
    drill_id uuid,
    asset uuid NOT NULL,
    signature text NOT NULL,
    at timestamp with time zone NOT NULL,
    turn text NOT NULL,
    was text,
    became text NOT NULL,
    reason text NOT NULL,
    baseline boolean NOT NULL,
    actor text NOT NULL,
    call text NOT NULL,
    CONSTRAINT posture_turn_turn_check CHECK ((turn = ANY (ARRAY['opened'::text, 'reopened'::text, 'resolved'::text, 'unsure'::text, 'sure'::text])))
);

ALTER TABLE public.posture_turn ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.posture_turn_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.posture_verdict (
    asset uuid NOT NULL,
    signature text NOT NULL,
    verdict text NOT NULL,
    reason text NOT NULL,
    since timestamp with time zone NOT NULL,
    CONSTRAINT posture_verdict_verdict_check CHECK ((verdict = ANY (ARRAY['fail'::text, 'pass'::text, 'not applicable'::text, 'unknown'::text])))
);

CREATE TABLE public.quarantined (
    id uuid NOT NULL,
    source_id uuid NOT NULL,
    drill_id uuid,
    code text NOT NULL,
    why text NOT NULL,
    via text NOT NULL,
    origin text NOT NULL,
    body bytea NOT NULL,
    size bigint NOT NULL,
    digest text NOT NULL,
    signal_id uuid,
    first_at timestamp with time zone NOT NULL,
    last_at timestamp with time zone NOT NULL,
    times integer DEFAULT 1 NOT NULL
);

CREATE TABLE public.receipt (
    provider text NOT NULL,
    message_id text NOT NULL,
    outbox_id uuid NOT NULL,
    state text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    first_at timestamp with time zone NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT receipt_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'sent'::text, 'ringing'::text, 'undelivered'::text, 'failed'::text, 'busy'::text, 'no_answer'::text, 'delivered'::text, 'answered'::text, 'completed'::text])))
);

CREATE TABLE public.reply_code (
    address text NOT NULL,
    code integer NOT NULL,
    alert_id uuid NOT NULL,
    person text NOT NULL,
    given_at timestamp with time zone NOT NULL,
    CONSTRAINT reply_code_code_check CHECK (((code >= 1) AND (code <= 99)))
);

CREATE TABLE public.reread (
    id uuid NOT NULL,
    drill_id uuid,
    account text NOT NULL,
    region text NOT NULL,
    kind text NOT NULL,
    asset_id text NOT NULL,
    who text NOT NULL,
    call text NOT NULL,
    called_at timestamp with time zone NOT NULL,
    signal_id uuid,
    wishes integer DEFAULT 1 NOT NULL,
    wished_at timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    lease_until timestamp with time zone,
    fence bigint DEFAULT 0 NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    unchanged boolean DEFAULT false NOT NULL
);

CREATE TABLE public.review (
    id uuid NOT NULL,
    incident_id uuid NOT NULL,
    state text DEFAULT 'draft'::text NOT NULL,
    version integer DEFAULT 0 NOT NULL,
    summary text DEFAULT ''::text NOT NULL,
    impact text DEFAULT ''::text NOT NULL,
    detection text DEFAULT ''::text NOT NULL,
    whys text[] DEFAULT '{}'::text[] NOT NULL,
    factors text[] DEFAULT '{}'::text[] NOT NULL,
    went_well text[] DEFAULT '{}'::text[] NOT NULL,
    surprises text[] DEFAULT '{}'::text[] NOT NULL,
    questions text[] DEFAULT '{}'::text[] NOT NULL,
    insights text[] DEFAULT '{}'::text[] NOT NULL,
    owner text,
    facilitator text,
    opened_at timestamp with time zone NOT NULL,
    saved_at timestamp with time zone,
    saved_by text,
    closed_at timestamp with time zone,
    closed_by text,
    CONSTRAINT review_check CHECK (((state = 'closed'::text) = (closed_at IS NOT NULL))),
    CONSTRAINT review_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'closed'::text])))
);

CREATE TABLE public.round_robin (
    policy text NOT NULL,
    step integer NOT NULL,
    taken bigint NOT NULL,
    CONSTRAINT round_robin_step_check CHECK ((step >= 0)),
    CONSTRAINT round_robin_taken_check CHECK ((taken > 0))
);

CREATE TABLE public.run (
    id uuid NOT NULL,
    number bigint NOT NULL,
    incident_id uuid NOT NULL,
    incident_name text NOT NULL,
    runbook_id text NOT NULL,
    plan_revision text NOT NULL,
    requested_by text NOT NULL,
    requested_at timestamp with time zone NOT NULL,
    state text DEFAULT 'running'::text NOT NULL,
    why text DEFAULT ''::text NOT NULL,
    ended_at timestamp with time zone,
    pace integer DEFAULT 1 NOT NULL,
    drill_id uuid,
    fence bigint DEFAULT 0 NOT NULL,
    lease_until timestamp with time zone,
    CONSTRAINT run_check CHECK (((state = 'running'::text) = (ended_at IS NULL))),
    CONSTRAINT run_pace_check CHECK ((pace > 0)),
    CONSTRAINT run_state_check CHECK ((state = ANY (ARRAY['running'::text, 'finished'::text, 'stopped'::text])))
);

ALTER TABLE public.run ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.run_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.run_step (
    run_id uuid NOT NULL,
    "position" integer NOT NULL,
    step_id text NOT NULL,
    asset_kind text,
    asset_account text,
    asset_id text,
    asset_region text,
    state text DEFAULT 'pending'::text NOT NULL,
    why text DEFAULT ''::text NOT NULL,
    tries integer DEFAULT 0 NOT NULL,
    rounds integer DEFAULT 0 NOT NULL,
    due_at timestamp with time zone,
    started_at timestamp with time zone,
    ended_at timestamp with time zone,
    answer text,
    answered_by text,
    CONSTRAINT run_step_position_check CHECK (("position" >= 0)),
    CONSTRAINT run_step_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'waiting'::text, 'ready'::text, 'checking'::text, 'stuck'::text, 'done'::text, 'skipped'::text, 'refused'::text, 'failed'::text])))
);

CREATE TABLE public.schedule_override (
    id uuid NOT NULL,
    number bigint NOT NULL,
    schedule text NOT NULL,
    person text,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    made_by text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    withdrawn_at timestamp with time zone,
    withdrawn_by text,
    kind text DEFAULT 'replace'::text NOT NULL,
    instead_of text,
    layers text[] DEFAULT '{}'::text[] NOT NULL,
    request_id uuid,
    calendar_id text,
    CONSTRAINT schedule_override_check CHECK ((ends_at > starts_at)),
    CONSTRAINT schedule_override_kind_check CHECK ((kind = ANY (ARRAY['replace'::text, 'add'::text, 'remove'::text]))),
    CONSTRAINT schedule_override_person CHECK (((kind = 'remove'::text) OR (person IS NOT NULL)))
);

ALTER TABLE public.schedule_override ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.schedule_override_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.seen_message (
    source_id uuid NOT NULL,
    message text NOT NULL,
    seen_at timestamp with time zone NOT NULL
);

CREATE TABLE public.session (
    fingerprint text NOT NULL,
    account_id uuid NOT NULL,
    began_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    address text NOT NULL
);

CREATE TABLE public.setup (
    one boolean DEFAULT true NOT NULL,
    fingerprint text NOT NULL,
    offered_at timestamp with time zone NOT NULL,
    CONSTRAINT setup_one_check CHECK (one)
);

CREATE TABLE public.shift_request (
    id uuid NOT NULL,
    number bigint NOT NULL,
    kind text NOT NULL,
    schedule text NOT NULL,
    asker text NOT NULL,
    asked text,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    back_starts_at timestamp with time zone,
    back_ends_at timestamp with time zone,
    note text NOT NULL,
    made_by text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    state text DEFAULT 'open'::text NOT NULL,
    settled_at timestamp with time zone,
    settled_by text,
    CONSTRAINT shift_request_check CHECK (((ends_at > starts_at) AND (back_ends_at > back_starts_at))),
    CONSTRAINT shift_request_check1 CHECK (((back_starts_at IS NULL) = (back_ends_at IS NULL))),
    CONSTRAINT shift_request_check2 CHECK (((kind = 'swap'::text) = (back_starts_at IS NOT NULL))),
    CONSTRAINT shift_request_check3 CHECK (((kind = 'cover'::text) OR (asked IS NOT NULL))),
    CONSTRAINT shift_request_check4 CHECK ((((state = 'open'::text) = (settled_at IS NULL)) AND ((settled_at IS NULL) = (settled_by IS NULL)))),
    CONSTRAINT shift_request_kind_check CHECK ((kind = ANY (ARRAY['swap'::text, 'cover'::text]))),
    CONSTRAINT shift_request_state_check CHECK ((state = ANY (ARRAY['open'::text, 'accepted'::text, 'declined'::text, 'withdrawn'::text, 'expired'::text])))
);

ALTER TABLE public.shift_request ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.shift_request_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.sighting (
    signal_id uuid NOT NULL,
    via text NOT NULL,
    first_at timestamp with time zone NOT NULL,
    lag_seconds double precision NOT NULL,
    times integer NOT NULL
);

CREATE TABLE public.sign_in_failure (
    subject text NOT NULL,
    window_began timestamp with time zone NOT NULL,
    failures integer NOT NULL,
    CONSTRAINT sign_in_failure_failures_check CHECK ((failures > 0))
);

CREATE TABLE public.sign_in_link (
    fingerprint text NOT NULL,
    account_id uuid NOT NULL,
    expires_at timestamp with time zone NOT NULL
);

CREATE TABLE public.signal (
    id uuid NOT NULL,
    source_id uuid NOT NULL,
    drill_id uuid,
    external_id text NOT NULL,
    kind text NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    received_at timestamp with time zone NOT NULL,
    via text NOT NULL,
    lag_seconds double precision NOT NULL,
    account text NOT NULL,
    region text NOT NULL,
    who_kind text NOT NULL,
    who_name text NOT NULL,
    who_arn text NOT NULL,
    who_account text NOT NULL,
    who_key text NOT NULL,
    who_address text NOT NULL,
    who_agent text NOT NULL,
    outcome text NOT NULL,
    error_code text NOT NULL,
    read_only boolean NOT NULL,
    assets jsonb NOT NULL,
    record jsonb NOT NULL,
    raw bytea,
    judged_at timestamp with time zone,
    CONSTRAINT signal_outcome_check CHECK ((outcome = ANY (ARRAY['succeeded'::text, 'refused'::text, 'failed'::text])))
);

CREATE TABLE public.silence (
    id uuid NOT NULL,
    number bigint NOT NULL,
    matchers jsonb NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone,
    until_resolved boolean NOT NULL,
    recurs jsonb,
    comment text NOT NULL,
    ticket text NOT NULL,
    broad_why text NOT NULL,
    made_by text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    begun_at timestamp with time zone,
    ended_at timestamp with time zone,
    ended_by text,
    CONSTRAINT silence_check CHECK (((ends_at IS NULL) OR (ends_at > starts_at))),
    CONSTRAINT silence_check1 CHECK (((ends_at IS NOT NULL) OR (recurs IS NOT NULL))),
    CONSTRAINT silence_check2 CHECK ((NOT (until_resolved AND (recurs IS NOT NULL)))),
    CONSTRAINT silence_check3 CHECK (((ended_at IS NULL) = (ended_by IS NULL)))
);

ALTER TABLE public.silence ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.silence_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.sorting (
    world text NOT NULL,
    sorter uuid NOT NULL,
    turn bigint NOT NULL
);

CREATE TABLE public.source (
    id uuid NOT NULL,
    name text NOT NULL,
    drill_id uuid,
    registered_at timestamp with time zone NOT NULL,
    last_seen_at timestamp with time zone,
    kept bigint DEFAULT 0 NOT NULL,
    repeated bigint DEFAULT 0 NOT NULL,
    quarantined bigint DEFAULT 0 NOT NULL,
    format text DEFAULT 'cloudtrail'::text NOT NULL,
    token_hash bytea,
    token_hint text DEFAULT ''::text NOT NULL,
    rate_per_second integer DEFAULT 500 NOT NULL,
    quiet_seconds integer,
    service text,
    mapping text DEFAULT ''::text NOT NULL,
    settings jsonb DEFAULT '{}'::jsonb NOT NULL,
    made_by text DEFAULT 'fireline:intake'::text NOT NULL,
    retired_at timestamp with time zone,
    quiet_since timestamp with time zone,
    CONSTRAINT source_quiet_seconds_check CHECK ((quiet_seconds > 0)),
    CONSTRAINT source_rate_per_second_check CHECK ((rate_per_second > 0))
);

CREATE TABLE public.spent_nonce (
    provider text NOT NULL,
    nonce text NOT NULL,
    digest bytea NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE TABLE public.stream_head (
    stream_kind text NOT NULL,
    stream_id uuid NOT NULL,
    seq bigint NOT NULL,
    hash text NOT NULL
);

ALTER TABLE public.symptom ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.symptom_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE ONLY public.absence
    ADD CONSTRAINT absence_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.account
    ADD CONSTRAINT account_person_key UNIQUE (person);

ALTER TABLE ONLY public.account
    ADD CONSTRAINT account_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.action
    ADD CONSTRAINT action_number_key UNIQUE (number);

ALTER TABLE ONLY public.action
    ADD CONSTRAINT action_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.action
    ADD CONSTRAINT action_run_id_position_round_key UNIQUE (run_id, "position", round);

ALTER TABLE ONLY public.alert_asset
    ADD CONSTRAINT alert_asset_pkey PRIMARY KEY (alert_id, kind, account, region, asset);

ALTER TABLE ONLY public.alert_entity
    ADD CONSTRAINT alert_entity_pkey PRIMARY KEY (alert_id, kind, value);

ALTER TABLE ONLY public.alert_finding
    ADD CONSTRAINT alert_finding_pkey PRIMARY KEY (finding_id);

ALTER TABLE ONLY public.alert
    ADD CONSTRAINT alert_number_key UNIQUE (number);

ALTER TABLE ONLY public.alert
    ADD CONSTRAINT alert_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.api_token
    ADD CONSTRAINT api_token_fingerprint_key UNIQUE (fingerprint);

ALTER TABLE ONLY public.api_token
    ADD CONSTRAINT api_token_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.approval
    ADD CONSTRAINT approval_action_id_key UNIQUE (action_id);

ALTER TABLE ONLY public.approval
    ADD CONSTRAINT approval_id_action_id_key UNIQUE (id, action_id);

ALTER TABLE ONLY public.approval
    ADD CONSTRAINT approval_id_requester_key UNIQUE (id, requester);

ALTER TABLE ONLY public.approval
    ADD CONSTRAINT approval_number_key UNIQUE (number);

ALTER TABLE ONLY public.approval
    ADD CONSTRAINT approval_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.approval_vote
    ADD CONSTRAINT approval_vote_pkey PRIMARY KEY (approval_id, person);

ALTER TABLE ONLY public.asset
    ADD CONSTRAINT asset_account_kind_region_asset_id_drill_id_key UNIQUE NULLS NOT DISTINCT (account, kind, region, asset_id, drill_id);

ALTER TABLE ONLY public.asset_coverage
    ADD CONSTRAINT asset_coverage_account_region_listing_drill_id_key UNIQUE NULLS NOT DISTINCT (account, region, listing, drill_id);

ALTER TABLE ONLY public.asset_coverage
    ADD CONSTRAINT asset_coverage_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.asset_link
    ADD CONSTRAINT asset_link_pkey PRIMARY KEY (asset, relation, to_kind, to_account, to_region, to_id);

ALTER TABLE ONLY public.asset
    ADD CONSTRAINT asset_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.asset_version
    ADD CONSTRAINT asset_version_pkey PRIMARY KEY (asset, version);

ALTER TABLE ONLY public.attachment
    ADD CONSTRAINT attachment_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (at);

ALTER TABLE ONLY public.calendar_feed
    ADD CONSTRAINT calendar_feed_fingerprint_key UNIQUE (fingerprint);

ALTER TABLE ONLY public.calendar_feed
    ADD CONSTRAINT calendar_feed_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.change
    ADD CONSTRAINT change_number_key UNIQUE (number);

ALTER TABLE ONLY public.change
    ADD CONSTRAINT change_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.channel
    ADD CONSTRAINT channel_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.cloud_account
    ADD CONSTRAINT cloud_account_account_drill_id_key UNIQUE NULLS NOT DISTINCT (account, drill_id);

ALTER TABLE ONLY public.cloud_account
    ADD CONSTRAINT cloud_account_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.contact_check
    ADD CONSTRAINT contact_check_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.contact_code
    ADD CONSTRAINT contact_code_pkey PRIMARY KEY (check_id, fingerprint);

ALTER TABLE ONLY public.contact
    ADD CONSTRAINT contact_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.custody
    ADD CONSTRAINT custody_pkey PRIMARY KEY (evidence_id, seq);

ALTER TABLE ONLY public.delivery
    ADD CONSTRAINT delivery_pkey PRIMARY KEY (outbox_id, attempt);

ALTER TABLE ONLY public.drill
    ADD CONSTRAINT drill_number_key UNIQUE (number);

ALTER TABLE ONLY public.drill
    ADD CONSTRAINT drill_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.due
    ADD CONSTRAINT due_pkey PRIMARY KEY (kind, id);

ALTER TABLE ONLY public.edit_outcome
    ADD CONSTRAINT edit_outcome_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.effect
    ADD CONSTRAINT effect_approval_id_key UNIQUE (approval_id);

ALTER TABLE ONLY public.effect
    ADD CONSTRAINT effect_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.evidence
    ADD CONSTRAINT evidence_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.evidence
    ADD CONSTRAINT evidence_run_id_position_name_key UNIQUE (run_id, "position", name);

ALTER TABLE ONLY public.fact
    ADD CONSTRAINT fact_pkey PRIMARY KEY (stream_kind, stream_id, seq);

ALTER TABLE ONLY public.finding
    ADD CONSTRAINT finding_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.finding
    ADD CONSTRAINT finding_rule_id_signal_id_key UNIQUE (rule_id, signal_id);

ALTER TABLE ONLY public.follow_up
    ADD CONSTRAINT follow_up_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.grouping_news
    ADD CONSTRAINT grouping_news_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.handoff
    ADD CONSTRAINT handoff_id_key UNIQUE (id);

ALTER TABLE ONLY public.handoff
    ADD CONSTRAINT handoff_pkey PRIMARY KEY (schedule);

ALTER TABLE ONLY public.heard_text
    ADD CONSTRAINT heard_text_pkey PRIMARY KEY (provider, message_id);

ALTER TABLE ONLY public.heartbeat
    ADD CONSTRAINT heartbeat_name_key UNIQUE (name);

ALTER TABLE ONLY public.heartbeat
    ADD CONSTRAINT heartbeat_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.idempotency
    ADD CONSTRAINT idempotency_pkey PRIMARY KEY (source_id, key_hash);

ALTER TABLE ONLY public.incident_alert
    ADD CONSTRAINT incident_alert_pkey PRIMARY KEY (alert_id);

ALTER TABLE ONLY public.incident_deadline
    ADD CONSTRAINT incident_deadline_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.incident_input
    ADD CONSTRAINT incident_input_pkey PRIMARY KEY (incident_id, name);

ALTER TABLE ONLY public.incident_item
    ADD CONSTRAINT incident_item_pkey PRIMARY KEY (incident_id, item);

ALTER TABLE ONLY public.incident
    ADD CONSTRAINT incident_number_key UNIQUE (number);

ALTER TABLE ONLY public.incident
    ADD CONSTRAINT incident_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.incident_role
    ADD CONSTRAINT incident_role_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.incident_task
    ADD CONSTRAINT incident_task_incident_id_item_key UNIQUE (incident_id, item);

ALTER TABLE ONLY public.incident_task
    ADD CONSTRAINT incident_task_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.incident_update
    ADD CONSTRAINT incident_update_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.incident_vector
    ADD CONSTRAINT incident_vector_pkey PRIMARY KEY (incident_id, asset);

ALTER TABLE ONLY public.ladder
    ADD CONSTRAINT ladder_pkey PRIMARY KEY (alert_id);

ALTER TABLE ONLY public.ladder_turn
    ADD CONSTRAINT ladder_turn_pkey PRIMARY KEY (alert_id, step);

ALTER TABLE ONLY public.learned_link
    ADD CONSTRAINT learned_link_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.link
    ADD CONSTRAINT link_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.link
    ADD CONSTRAINT link_token_hash_key UNIQUE (token_hash);

ALTER TABLE ONLY public.look_account
    ADD CONSTRAINT look_account_look_id_account_key UNIQUE (look_id, account);

ALTER TABLE ONLY public.look_account
    ADD CONSTRAINT look_account_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.look
    ADD CONSTRAINT look_number_key UNIQUE (number);

ALTER TABLE ONLY public.look_part
    ADD CONSTRAINT look_part_pkey PRIMARY KEY (look_account, region, listing);

ALTER TABLE ONLY public.look
    ADD CONSTRAINT look_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.oncall_warning
    ADD CONSTRAINT oncall_warning_pkey PRIMARY KEY (schedule, key);

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_key_key UNIQUE (key);

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.own_quiet
    ADD CONSTRAINT own_quiet_pkey PRIMARY KEY (person);

ALTER TABLE ONLY public.own_rule
    ADD CONSTRAINT own_rule_pkey PRIMARY KEY (person, urgency, place);

ALTER TABLE ONLY public.page
    ADD CONSTRAINT page_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.page
    ADD CONSTRAINT page_told_once UNIQUE (alert_id, climb, step, person);

ALTER TABLE ONLY public.payload
    ADD CONSTRAINT payload_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.plan_push
    ADD CONSTRAINT plan_push_pkey PRIMARY KEY (seq);

ALTER TABLE ONLY public.plan_revision
    ADD CONSTRAINT plan_revision_pkey PRIMARY KEY (revision);

ALTER TABLE ONLY public.posture_assessment
    ADD CONSTRAINT posture_assessment_number_key UNIQUE (number);

ALTER TABLE ONLY public.posture_assessment
    ADD CONSTRAINT posture_assessment_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.posture_baseline
    ADD CONSTRAINT posture_baseline_drill_id_account_signature_key UNIQUE NULLS NOT DISTINCT (drill_id, account, signature);

ALTER TABLE ONLY public.posture_exception
    ADD CONSTRAINT posture_exception_number_key UNIQUE (number);

ALTER TABLE ONLY public.posture_exception
    ADD CONSTRAINT posture_exception_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.posture_finding
    ADD CONSTRAINT posture_finding_asset_signature_key UNIQUE (asset, signature);

ALTER TABLE ONLY public.posture_finding
    ADD CONSTRAINT posture_finding_number_key UNIQUE (number);

ALTER TABLE ONLY public.posture_finding
    ADD CONSTRAINT posture_finding_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.posture_judged
    ADD CONSTRAINT posture_judged_pkey PRIMARY KEY (asset);

ALTER TABLE ONLY public.posture_turn
    ADD CONSTRAINT posture_turn_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.posture_verdict
    ADD CONSTRAINT posture_verdict_pkey PRIMARY KEY (asset, signature);

ALTER TABLE ONLY public.quarantined
    ADD CONSTRAINT quarantined_drill_id_digest_key UNIQUE NULLS NOT DISTINCT (drill_id, digest);

ALTER TABLE ONLY public.quarantined
    ADD CONSTRAINT quarantined_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.receipt
    ADD CONSTRAINT receipt_pkey PRIMARY KEY (provider, message_id);

ALTER TABLE ONLY public.reply_code
    ADD CONSTRAINT reply_code_address_alert_id_key UNIQUE (address, alert_id);

ALTER TABLE ONLY public.reply_code
    ADD CONSTRAINT reply_code_pkey PRIMARY KEY (address, code);

ALTER TABLE ONLY public.reread
    ADD CONSTRAINT reread_account_kind_region_asset_id_drill_id_key UNIQUE NULLS NOT DISTINCT (account, kind, region, asset_id, drill_id);

ALTER TABLE ONLY public.reread
    ADD CONSTRAINT reread_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.review
    ADD CONSTRAINT review_incident_id_key UNIQUE (incident_id);

ALTER TABLE ONLY public.review
    ADD CONSTRAINT review_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.round_robin
    ADD CONSTRAINT round_robin_pkey PRIMARY KEY (policy, step);

ALTER TABLE ONLY public.run
    ADD CONSTRAINT run_number_key UNIQUE (number);

ALTER TABLE ONLY public.run
    ADD CONSTRAINT run_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.run_step
    ADD CONSTRAINT run_step_pkey PRIMARY KEY (run_id, "position");

ALTER TABLE ONLY public.run_step
    ADD CONSTRAINT run_step_run_id_step_id_asset_kind_asset_account_asset_id_a_key UNIQUE NULLS NOT DISTINCT (run_id, step_id, asset_kind, asset_account, asset_id, asset_region);

ALTER TABLE ONLY public.schedule_override
    ADD CONSTRAINT schedule_override_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.seen_message
    ADD CONSTRAINT seen_message_pkey PRIMARY KEY (source_id, message);

ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_pkey PRIMARY KEY (fingerprint);

ALTER TABLE ONLY public.setup
    ADD CONSTRAINT setup_pkey PRIMARY KEY (one);

ALTER TABLE ONLY public.shift_request
    ADD CONSTRAINT shift_request_number_key UNIQUE (number);

ALTER TABLE ONLY public.shift_request
    ADD CONSTRAINT shift_request_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sighting
    ADD CONSTRAINT sighting_pkey PRIMARY KEY (signal_id, via);

ALTER TABLE ONLY public.sign_in_failure
    ADD CONSTRAINT sign_in_failure_pkey PRIMARY KEY (subject);

ALTER TABLE ONLY public.sign_in_link
    ADD CONSTRAINT sign_in_link_pkey PRIMARY KEY (fingerprint);

ALTER TABLE ONLY public.signal
    ADD CONSTRAINT signal_drill_id_external_id_key UNIQUE NULLS NOT DISTINCT (drill_id, external_id);

ALTER TABLE ONLY public.signal
    ADD CONSTRAINT signal_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.silence
    ADD CONSTRAINT silence_number_key UNIQUE (number);

ALTER TABLE ONLY public.silence
    ADD CONSTRAINT silence_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sorting
    ADD CONSTRAINT sorting_pkey PRIMARY KEY (world);

ALTER TABLE ONLY public.source
    ADD CONSTRAINT source_drill_id_name_key UNIQUE NULLS NOT DISTINCT (drill_id, name);

ALTER TABLE ONLY public.source
    ADD CONSTRAINT source_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.source
    ADD CONSTRAINT source_token_hash_key UNIQUE (token_hash);

ALTER TABLE ONLY public.spent_nonce
    ADD CONSTRAINT spent_nonce_pkey PRIMARY KEY (provider, nonce);

ALTER TABLE ONLY public.stream_head
    ADD CONSTRAINT stream_head_pkey PRIMARY KEY (stream_kind, stream_id);

ALTER TABLE ONLY public.symptom
    ADD CONSTRAINT symptom_number_key UNIQUE (number);

ALTER TABLE ONLY public.symptom
    ADD CONSTRAINT symptom_pkey PRIMARY KEY (id);

CREATE INDEX absence_ends ON public.absence USING btree (ends_at) WHERE (withdrawn_at IS NULL);

CREATE UNIQUE INDEX action_live ON public.action USING btree (run_id, "position") WHERE (state = ANY (ARRAY['planned'::text, 'evidence'::text, 'executing'::text]));

CREATE INDEX alert_drill ON public.alert USING btree (drill_id) WHERE (drill_id IS NOT NULL);

CREATE INDEX alert_entity_value ON public.alert_entity USING btree (value, kind);

CREATE INDEX alert_finding_alert ON public.alert_finding USING btree (alert_id, at);

CREATE INDEX alert_inbox ON public.alert USING btree (((- priority)), raised_at, number) WHERE (state <> 'resolved'::text);

CREATE INDEX alert_live ON public.alert USING btree (id) WHERE (state <> 'resolved'::text);

CREATE INDEX alert_of_storm ON public.alert USING btree (told_by) WHERE ((told_by IS NOT NULL) AND (state = 'firing'::text));

CREATE INDEX alert_opened ON public.alert USING btree (raised_at);

CREATE INDEX alert_over ON public.alert USING btree (resolved_at, number) WHERE (state = 'resolved'::text);

CREATE INDEX alert_snoozed ON public.alert USING btree (snoozed_until) WHERE ((snoozed_until IS NOT NULL) AND (state <> 'resolved'::text));

CREATE INDEX alert_suppressed ON public.alert USING btree (suppressed_by) WHERE ((suppressed_by IS NOT NULL) AND (state <> 'resolved'::text));

CREATE INDEX alert_swallowed ON public.alert USING btree (merged_into) WHERE (merged_into IS NOT NULL);

CREATE INDEX api_token_of_account ON public.api_token USING btree (account_id);

CREATE INDEX asset_arn ON public.asset USING btree (arn) WHERE (arn <> ''::text);

CREATE INDEX asset_link_back ON public.asset_link USING btree (to_id, to_kind, to_account, to_region);

CREATE INDEX asset_named ON public.asset USING btree (asset_id);

CREATE INDEX asset_of_kind ON public.asset USING btree (kind, account, region, asset_id) WHERE (gone_at IS NULL);

CREATE INDEX asset_service ON public.asset USING btree (service) WHERE (gone_at IS NULL);

CREATE INDEX asset_version_recent ON public.asset_version USING btree (seen_at);

CREATE INDEX asset_words ON public.asset USING gin (words);

CREATE INDEX attachment_of_symptom ON public.attachment USING btree (symptom_id, id);

CREATE INDEX calendar_feed_owner ON public.calendar_feed USING btree (owner, made_at);

CREATE INDEX change_by_time ON public.change USING btree (at DESC, id DESC);

CREATE UNIQUE INDEX change_key ON public.change USING btree (source_id, key);

CREATE INDEX change_of_service ON public.change USING btree (service, at DESC);

CREATE INDEX contact_check_of ON public.contact_check USING btree (contact_id, asked_at);

CREATE UNIQUE INDEX contact_once ON public.contact USING btree (person, channel, md5(address)) WHERE (removed_at IS NULL);

CREATE INDEX drill_open ON public.drill USING btree (started_at) WHERE (state = ANY (ARRAY['starting'::text, 'running'::text]));

CREATE INDEX due_next ON public.due USING btree (kind, due_at) WHERE (parked_at IS NULL);

CREATE INDEX due_worst ON public.due USING btree (kind, urgency, due_at) WHERE (parked_at IS NULL);

CREATE INDEX edit_outcome_age ON public.edit_outcome USING btree (at);

CREATE UNIQUE INDEX effect_done_once ON public.effect USING btree (action_id) WHERE (way = 'do'::text);

CREATE UNIQUE INDEX effect_one_intent ON public.effect USING btree (action_id) WHERE (settled_at IS NULL);

CREATE INDEX finding_of_drill ON public.finding USING btree (drill_id, found_at) WHERE (drill_id IS NOT NULL);

CREATE INDEX finding_of_signal ON public.finding USING btree (signal_id);

CREATE INDEX follow_up_of ON public.follow_up USING btree (review_id);

CREATE INDEX heard_text_helped ON public.heard_text USING btree (address, at) WHERE helped;

CREATE INDEX heard_text_old ON public.heard_text USING btree (at);

CREATE INDEX heartbeat_beating ON public.heartbeat USING btree (last_ping_at) WHERE (enabled AND (expired_at IS NULL));

CREATE INDEX idempotency_old ON public.idempotency USING btree (at);

CREATE INDEX incident_alert_of ON public.incident_alert USING btree (incident_id);

CREATE INDEX incident_deadline_of ON public.incident_deadline USING btree (incident_id);

CREATE UNIQUE INDEX incident_deadline_running ON public.incident_deadline USING btree (incident_id, kind) WHERE (standing = 'running'::text);

CREATE INDEX incident_of_drill ON public.incident USING btree (drill_id) WHERE (drill_id IS NOT NULL);

CREATE INDEX incident_open ON public.incident USING btree (priority, opened_at) WHERE (ended_at IS NULL);

CREATE UNIQUE INDEX incident_role_once ON public.incident_role USING btree (incident_id, role, person) WHERE (until IS NULL);

CREATE UNIQUE INDEX incident_role_one ON public.incident_role USING btree (incident_id, role) WHERE ((until IS NULL) AND (role <> 'responder'::text));

CREATE INDEX incident_update_of ON public.incident_update USING btree (incident_id, at);

CREATE UNIQUE INDEX learned_link_live ON public.learned_link USING btree (one, other) WHERE (withdrawn_at IS NULL);

CREATE INDEX link_alert ON public.link USING btree (alert_id);

CREATE INDEX look_account_latest ON public.look_account USING btree (account, began_at);

CREATE INDEX look_open ON public.look USING btree (asked_at) WHERE (ended_at IS NULL);

CREATE INDEX look_part_waiting ON public.look_part USING btree (urgent DESC, due_at, place) WHERE (state = 'waiting'::text);

CREATE INDEX outbox_about ON public.outbox USING btree (about_kind, about_id);

CREATE INDEX outbox_carried ON public.outbox USING btree (carried_by) WHERE (carried_by IS NOT NULL);

CREATE INDEX outbox_person ON public.outbox USING btree (person, wished_at);

CREATE INDEX outbox_waiting ON public.outbox USING btree (channel, recipient) WHERE (state = 'waiting'::text);

CREATE INDEX page_open ON public.page USING btree (alert_id) WHERE (state = 'wished'::text);

CREATE INDEX page_wished ON public.page USING btree (wished_at);

CREATE INDEX payload_of_source ON public.payload USING btree (source_id, id);

CREATE INDEX payload_unsorted ON public.payload USING btree (id) WHERE (sorted_at IS NULL);

CREATE INDEX posture_assessment_open ON public.posture_assessment USING btree (asked_at) WHERE (ended_at IS NULL);

CREATE INDEX posture_exception_standing ON public.posture_exception USING btree (signature) WHERE (ended_at IS NULL);

CREATE INDEX posture_finding_excepted ON public.posture_finding USING btree (exception_id) WHERE (exception_id IS NOT NULL);

CREATE INDEX posture_finding_of_signature ON public.posture_finding USING btree (signature, state);

CREATE INDEX posture_finding_open ON public.posture_finding USING btree (level, number DESC) WHERE (state = 'open'::text);

CREATE INDEX posture_finding_worst ON public.posture_finding USING btree (level, number DESC);

CREATE INDEX posture_turn_by_time ON public.posture_turn USING btree (at DESC, id DESC);

CREATE INDEX posture_turn_of_pair ON public.posture_turn USING btree (asset, signature, id DESC);

CREATE INDEX posture_verdict_of_signature ON public.posture_verdict USING btree (signature, asset) WHERE (verdict <> 'not applicable'::text);

CREATE INDEX posture_verdict_unknown ON public.posture_verdict USING btree (signature, asset) WHERE (verdict = 'unknown'::text);

CREATE INDEX receipt_outbox ON public.receipt USING btree (outbox_id);

CREATE INDEX reply_code_alert ON public.reply_code USING btree (alert_id);

CREATE INDEX reread_next ON public.reread USING btree (due_at);

CREATE INDEX run_of_incident ON public.run USING btree (incident_id);

CREATE UNIQUE INDEX run_once ON public.run USING btree (incident_id, runbook_id) WHERE (state = 'running'::text);

CREATE INDEX schedule_override_imported ON public.schedule_override USING btree (schedule, calendar_id) WHERE ((calendar_id IS NOT NULL) AND (withdrawn_at IS NULL));

CREATE INDEX schedule_override_span ON public.schedule_override USING btree (schedule, ends_at) WHERE (withdrawn_at IS NULL);

CREATE INDEX seen_message_old ON public.seen_message USING btree (seen_at);

CREATE INDEX session_of_account ON public.session USING btree (account_id);

CREATE INDEX shift_request_open ON public.shift_request USING btree (expires_at) WHERE (state = 'open'::text);

CREATE INDEX signal_by_key ON public.signal USING hash (who_key);

CREATE INDEX signal_by_name ON public.signal USING hash (who_name);

CREATE INDEX signal_changes ON public.signal USING btree (drill_id, occurred_at) WHERE (NOT read_only);

CREATE INDEX signal_in_order ON public.signal USING btree (drill_id, id);

CREATE INDEX signal_unjudged ON public.signal USING btree (id) WHERE (judged_at IS NULL);

CREATE INDEX silence_open ON public.silence USING btree (starts_at) WHERE (ended_at IS NULL);

CREATE INDEX spent_nonce_old ON public.spent_nonce USING btree (at);

CREATE INDEX symptom_apart ON public.symptom USING btree (apart_from) WHERE (apart_from IS NOT NULL);

CREATE INDEX symptom_by_key ON public.symptom USING btree (source_id, key, raised_at DESC);

CREATE INDEX symptom_ending ON public.symptom USING btree (ends_at) WHERE ((state <> 'resolved'::text) AND (ends_at IS NOT NULL));

CREATE UNIQUE INDEX symptom_live_key ON public.symptom USING btree (source_id, key) WHERE (state <> 'resolved'::text);

CREATE INDEX symptom_of_alert ON public.symptom USING btree (alert_id, first_at);

CREATE INDEX symptom_of_source ON public.symptom USING btree (source_id, number);

CREATE INDEX symptom_recent ON public.symptom USING btree (drill_id, raised_at);

CREATE TRIGGER action_content_is_fixed BEFORE UPDATE ON public.action FOR EACH ROW EXECUTE FUNCTION public.action_content_is_fixed();

CREATE TRIGGER custody_is_written_once BEFORE DELETE OR UPDATE ON public.custody FOR EACH ROW EXECUTE FUNCTION public.evidence_is_written_once();

CREATE TRIGGER evidence_is_written_once BEFORE DELETE OR UPDATE ON public.evidence FOR EACH ROW EXECUTE FUNCTION public.evidence_is_written_once();

CREATE TRIGGER fact_is_written_once BEFORE DELETE OR UPDATE ON public.fact FOR EACH ROW EXECUTE FUNCTION public.fact_is_written_once();

CREATE TRIGGER incident_closes_with_its_review BEFORE INSERT OR UPDATE OF state ON public.incident FOR EACH ROW EXECUTE FUNCTION public.incident_closes_with_its_review();

CREATE TRIGGER plan_is_written_once BEFORE DELETE OR UPDATE ON public.plan_push FOR EACH ROW EXECUTE FUNCTION public.plan_is_written_once();

CREATE TRIGGER plan_is_written_once BEFORE DELETE OR UPDATE ON public.plan_revision FOR EACH ROW EXECUTE FUNCTION public.plan_is_written_once();

ALTER TABLE ONLY public.action
    ADD CONSTRAINT action_run_id_position_fkey FOREIGN KEY (run_id, "position") REFERENCES public.run_step(run_id, "position");

ALTER TABLE ONLY public.alert
    ADD CONSTRAINT alert_again_of_fkey FOREIGN KEY (again_of) REFERENCES public.alert(id);

ALTER TABLE ONLY public.alert_asset
    ADD CONSTRAINT alert_asset_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES public.alert(id);

ALTER TABLE ONLY public.alert_entity
    ADD CONSTRAINT alert_entity_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES public.alert(id);

ALTER TABLE ONLY public.alert_finding
    ADD CONSTRAINT alert_finding_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES public.alert(id);

ALTER TABLE ONLY public.alert_finding
    ADD CONSTRAINT alert_finding_finding_id_fkey FOREIGN KEY (finding_id) REFERENCES public.finding(id);

ALTER TABLE ONLY public.alert
    ADD CONSTRAINT alert_merged_into_fkey FOREIGN KEY (merged_into) REFERENCES public.alert(id);

ALTER TABLE ONLY public.alert
    ADD CONSTRAINT alert_told_by_fkey FOREIGN KEY (told_by) REFERENCES public.alert(id);

ALTER TABLE ONLY public.api_token
    ADD CONSTRAINT api_token_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.account(id);

ALTER TABLE ONLY public.approval
    ADD CONSTRAINT approval_action_id_fkey FOREIGN KEY (action_id) REFERENCES public.action(id);

ALTER TABLE ONLY public.approval_vote
    ADD CONSTRAINT approval_vote_approval_id_requester_fkey FOREIGN KEY (approval_id, requester) REFERENCES public.approval(id, requester);

ALTER TABLE ONLY public.asset_link
    ADD CONSTRAINT asset_link_asset_fkey FOREIGN KEY (asset) REFERENCES public.asset(id);

ALTER TABLE ONLY public.asset_version
    ADD CONSTRAINT asset_version_asset_fkey FOREIGN KEY (asset) REFERENCES public.asset(id);

ALTER TABLE ONLY public.attachment
    ADD CONSTRAINT attachment_symptom_id_fkey FOREIGN KEY (symptom_id) REFERENCES public.symptom(id);

ALTER TABLE ONLY public.change
    ADD CONSTRAINT change_payload_id_fkey FOREIGN KEY (payload_id) REFERENCES public.payload(id);

ALTER TABLE ONLY public.change
    ADD CONSTRAINT change_source_id_fkey FOREIGN KEY (source_id) REFERENCES public.source(id);

ALTER TABLE ONLY public.contact_check
    ADD CONSTRAINT contact_check_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES public.contact(id);

ALTER TABLE ONLY public.contact_code
    ADD CONSTRAINT contact_code_check_id_fkey FOREIGN KEY (check_id) REFERENCES public.contact_check(id);

ALTER TABLE ONLY public.custody
    ADD CONSTRAINT custody_evidence_id_fkey FOREIGN KEY (evidence_id) REFERENCES public.evidence(id);

ALTER TABLE ONLY public.delivery
    ADD CONSTRAINT delivery_outbox_id_fkey FOREIGN KEY (outbox_id) REFERENCES public.outbox(id);

ALTER TABLE ONLY public.edit_outcome
    ADD CONSTRAINT edit_outcome_source_id_fkey FOREIGN KEY (source_id) REFERENCES public.source(id);

ALTER TABLE ONLY public.edit_outcome
    ADD CONSTRAINT edit_outcome_symptom_id_fkey FOREIGN KEY (symptom_id) REFERENCES public.symptom(id);

ALTER TABLE ONLY public.effect
    ADD CONSTRAINT effect_action_id_fkey FOREIGN KEY (action_id) REFERENCES public.action(id);

ALTER TABLE ONLY public.effect
    ADD CONSTRAINT effect_approval_id_action_id_fkey FOREIGN KEY (approval_id, action_id) REFERENCES public.approval(id, action_id);

ALTER TABLE ONLY public.evidence
    ADD CONSTRAINT evidence_run_id_position_fkey FOREIGN KEY (run_id, "position") REFERENCES public.run_step(run_id, "position");

ALTER TABLE ONLY public.finding
    ADD CONSTRAINT finding_signal_id_fkey FOREIGN KEY (signal_id) REFERENCES public.signal(id);

ALTER TABLE ONLY public.follow_up
    ADD CONSTRAINT follow_up_review_id_fkey FOREIGN KEY (review_id) REFERENCES public.review(id);

ALTER TABLE ONLY public.idempotency
    ADD CONSTRAINT idempotency_source_id_fkey FOREIGN KEY (source_id) REFERENCES public.source(id);

ALTER TABLE ONLY public.incident_alert
    ADD CONSTRAINT incident_alert_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES public.alert(id);

ALTER TABLE ONLY public.incident_alert
    ADD CONSTRAINT incident_alert_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES public.incident(id);

ALTER TABLE ONLY public.incident_deadline
    ADD CONSTRAINT incident_deadline_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES public.incident(id);

ALTER TABLE ONLY public.incident_input
    ADD CONSTRAINT incident_input_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES public.incident(id);

ALTER TABLE ONLY public.incident_item
    ADD CONSTRAINT incident_item_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES public.incident(id);

ALTER TABLE ONLY public.incident
    ADD CONSTRAINT incident_merged_into_fkey FOREIGN KEY (merged_into) REFERENCES public.incident(id);

ALTER TABLE ONLY public.incident_role
    ADD CONSTRAINT incident_role_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES public.incident(id);

ALTER TABLE ONLY public.incident_task
    ADD CONSTRAINT incident_task_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES public.incident(id);

ALTER TABLE ONLY public.incident_update
    ADD CONSTRAINT incident_update_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES public.incident(id);

ALTER TABLE ONLY public.incident_vector
    ADD CONSTRAINT incident_vector_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES public.incident(id);

ALTER TABLE ONLY public.ladder
    ADD CONSTRAINT ladder_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES public.alert(id);

ALTER TABLE ONLY public.ladder_turn
    ADD CONSTRAINT ladder_turn_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES public.alert(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.learned_link
    ADD CONSTRAINT learned_link_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES public.alert(id);

ALTER TABLE ONLY public.link
    ADD CONSTRAINT link_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES public.alert(id);

ALTER TABLE ONLY public.link
    ADD CONSTRAINT link_page_id_fkey FOREIGN KEY (page_id) REFERENCES public.page(id);

ALTER TABLE ONLY public.look_account
    ADD CONSTRAINT look_account_look_id_fkey FOREIGN KEY (look_id) REFERENCES public.look(id);

ALTER TABLE ONLY public.look_part
    ADD CONSTRAINT look_part_look_account_fkey FOREIGN KEY (look_account) REFERENCES public.look_account(id);

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_carried_by_fkey FOREIGN KEY (carried_by) REFERENCES public.outbox(id);

ALTER TABLE ONLY public.page
    ADD CONSTRAINT page_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES public.alert(id);

ALTER TABLE ONLY public.payload
    ADD CONSTRAINT payload_source_id_fkey FOREIGN KEY (source_id) REFERENCES public.source(id);

ALTER TABLE ONLY public.plan_push
    ADD CONSTRAINT plan_push_revision_fkey FOREIGN KEY (revision) REFERENCES public.plan_revision(revision);

ALTER TABLE ONLY public.posture_finding
    ADD CONSTRAINT posture_finding_asset_fkey FOREIGN KEY (asset) REFERENCES public.asset(id);

ALTER TABLE ONLY public.posture_finding
    ADD CONSTRAINT posture_finding_exception_id_fkey FOREIGN KEY (exception_id) REFERENCES public.posture_exception(id);

ALTER TABLE ONLY public.posture_judged
    ADD CONSTRAINT posture_judged_asset_fkey FOREIGN KEY (asset) REFERENCES public.asset(id);

ALTER TABLE ONLY public.posture_turn
    ADD CONSTRAINT posture_turn_asset_fkey FOREIGN KEY (asset) REFERENCES public.asset(id);

ALTER TABLE ONLY public.posture_verdict
    ADD CONSTRAINT posture_verdict_asset_fkey FOREIGN KEY (asset) REFERENCES public.asset(id);

ALTER TABLE ONLY public.quarantined
    ADD CONSTRAINT quarantined_signal_id_fkey FOREIGN KEY (signal_id) REFERENCES public.signal(id);

ALTER TABLE ONLY public.quarantined
    ADD CONSTRAINT quarantined_source_id_fkey FOREIGN KEY (source_id) REFERENCES public.source(id);

ALTER TABLE ONLY public.receipt
    ADD CONSTRAINT receipt_outbox_id_fkey FOREIGN KEY (outbox_id) REFERENCES public.outbox(id);

ALTER TABLE ONLY public.reply_code
    ADD CONSTRAINT reply_code_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES public.alert(id);

ALTER TABLE ONLY public.review
    ADD CONSTRAINT review_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES public.incident(id);

ALTER TABLE ONLY public.run
    ADD CONSTRAINT run_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES public.incident(id);

ALTER TABLE ONLY public.run_step
    ADD CONSTRAINT run_step_run_id_fkey FOREIGN KEY (run_id) REFERENCES public.run(id);

ALTER TABLE ONLY public.schedule_override
    ADD CONSTRAINT schedule_override_request_id_fkey FOREIGN KEY (request_id) REFERENCES public.shift_request(id);

ALTER TABLE ONLY public.seen_message
    ADD CONSTRAINT seen_message_source_id_fkey FOREIGN KEY (source_id) REFERENCES public.source(id);

ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.account(id);

ALTER TABLE ONLY public.sighting
    ADD CONSTRAINT sighting_signal_id_fkey FOREIGN KEY (signal_id) REFERENCES public.signal(id);

ALTER TABLE ONLY public.sign_in_link
    ADD CONSTRAINT sign_in_link_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.account(id);

ALTER TABLE ONLY public.signal
    ADD CONSTRAINT signal_source_id_fkey FOREIGN KEY (source_id) REFERENCES public.source(id);

ALTER TABLE ONLY public.symptom
    ADD CONSTRAINT symptom_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES public.alert(id);

ALTER TABLE ONLY public.symptom
    ADD CONSTRAINT symptom_apart_from_fkey FOREIGN KEY (apart_from) REFERENCES public.alert(id);

ALTER TABLE ONLY public.symptom
    ADD CONSTRAINT symptom_linked_to_fkey FOREIGN KEY (linked_to) REFERENCES public.symptom(id);

ALTER TABLE ONLY public.symptom
    ADD CONSTRAINT symptom_payload_id_fkey FOREIGN KEY (payload_id) REFERENCES public.payload(id);

ALTER TABLE ONLY public.symptom
    ADD CONSTRAINT symptom_source_id_fkey FOREIGN KEY (source_id) REFERENCES public.source(id);
