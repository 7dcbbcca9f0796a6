-- Who may come in. Of every token only its SHA-256 is kept.

create table account (
    id            uuid primary key,
    person        text not null unique,      -- the plan's name for them
    role          text not null
        check (role in ('viewer', 'operator', 'manager', 'admin', 'auditor')),
    password_hash text,                      -- null: signs in by link only
    created_at    timestamptz not null,
    disabled_at   timestamptz
);

-- The one-time token `fireline up` prints while there is no account.
create table setup (
    one           bool primary key default true check (one),
    fingerprint   text not null,
    offered_at    timestamptz not null
);

create table session (
    fingerprint   text primary key,
    account_id    uuid not null references account (id),
    began_at      timestamptz not null,
    seen_at       timestamptz not null,
    address       text not null
);
create index session_of_account on session (account_id);

create table sign_in_link (
    fingerprint   text primary key,
    account_id    uuid not null references account (id),
    expires_at    timestamptz not null
);

create table api_token (
    id            uuid primary key,
    account_id    uuid not null references account (id),
    name          text not null check (name <> ''),
    role          text not null
        check (role in ('viewer', 'operator', 'manager', 'admin', 'auditor')),
    drill_id      uuid,                      -- set: reaches this drill's things and nothing else
    fingerprint   text not null unique,
    created_at    timestamptz not null,
    seen_at       timestamptz,
    revoked_at    timestamptz
);
create index api_token_of_account on api_token (account_id);

-- Failed sign-ins, counted by account and by address.
create table sign_in_failure (
    subject       text primary key,
    window_began  timestamptz not null,
    failures      int not null check (failures > 0)
);
