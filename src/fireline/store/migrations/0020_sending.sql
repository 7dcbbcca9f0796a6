-- What is worst goes first; many pages to one person become one message; the auditor's book.

-- How bad what waits is: 1 to 5 as alerts have it, 3 where nobody can tell.
alter table due add column urgency smallint not null default 3 check (urgency between 1 and 5);
create index due_worst on due (kind, urgency, due_at) where parked_at is null;

-- The message that speaks for this one while it waits, and when it last did. The message itself
-- stays due, later, so that it is sent after all when the other does not arrive.
alter table outbox add column carried_by uuid references outbox (id);
alter table outbox add column carried_at timestamptz;
-- Until when a message that is old news waits for what sources have said since to be sorted.
alter table outbox add column held_until timestamptz;
-- The claim under which it was last sent; it is on its way while that one stands.
alter table outbox add column prepared_fence bigint;
-- What the other side said when it took the message: written at once, before what follows from it.
alter table outbox add column taken_receipt text;
create index outbox_waiting on outbox (channel, recipient) where state = 'waiting';
create index outbox_carried on outbox (carried_by) where carried_by is not null;

-- One look of the auditor. `broken` has what it found, empty when every promise was kept.
create table audit (
    at      timestamptz primary key,
    passed  boolean not null,
    broken  jsonb not null,
    beat_at timestamptz                       -- when the watcher outside was told that it passed
);

create index page_open on page (alert_id) where state = 'wished';
