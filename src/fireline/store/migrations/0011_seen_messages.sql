-- Messages that come at least once by their maker's promise (SNS, EventBridge): each is heard once.

create table seen_message (
    source_id uuid not null references source (id),
    message   text not null,               -- the maker's own id for it
    seen_at   timestamptz not null,
    primary key (source_id, message)
);
create index seen_message_old on seen_message (seen_at);
