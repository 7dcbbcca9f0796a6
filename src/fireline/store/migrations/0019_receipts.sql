-- What phone companies said became of texts and calls, and the short numbers people answer by.

-- One text or call at one provider, under the provider's own name for it. The address a provider is
-- told to call back names the wish, so a receipt finds it even before our request was answered.
create table receipt (
    provider   text not null,
    message_id text not null,
    outbox_id  uuid not null references outbox (id),
    state      text not null
        check (state in ('queued', 'sent', 'ringing', 'undelivered', 'failed', 'busy', 'no_answer',
                         'delivered', 'answered', 'completed')),
    reason     text not null default '',      -- the provider's word or number for what went wrong
    first_at   timestamptz not null,
    at         timestamptz not null,          -- when `state` was heard
    primary key (provider, message_id)
);
create index receipt_outbox on receipt (outbox_id);

-- The short number of a page on one phone.
create table reply_code (
    address  text not null,
    code     int not null check (code between 1 and 99),
    alert_id uuid not null references alert (id),
    person   text not null,
    given_at timestamptz not null,
    primary key (address, code),
    unique (address, alert_id)
);
create index reply_code_alert on reply_code (alert_id);

-- A text that came from a phone, and what was answered: sent again, it is answered the same.
create table heard_text (
    provider   text not null,
    message_id text not null,
    address    text not null,
    answer     text not null,                 -- empty: nothing was answered
    helped     bool not null default false,   -- the answer was how to answer
    at         timestamptz not null,
    primary key (provider, message_id)
);
create index heard_text_helped on heard_text (address, at) where helped;
create index heard_text_old on heard_text (at);

-- Where a provider signs less than the whole request, its nonce is good for one body alone.
create table spent_nonce (
    provider text not null,
    nonce    text not null,
    digest   bytea not null,
    at       timestamptz not null,
    primary key (provider, nonce)
);
create index spent_nonce_old on spent_nonce (at);
