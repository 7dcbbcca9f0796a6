-- name: add
insert into link (id, token_hash, alert_id, page_id, person, made_at, expires_at)
values (%(id)s, %(token_hash)s, %(alert_id)s, %(page_id)s, %(person)s, %(now)s, %(expires_at)s);

-- name: get
select l.id, l.alert_id, l.page_id, l.person, l.made_at, l.expires_at, l.used_at
from link l
where l.token_hash = %(token_hash)s
limit 1;

-- name: use
update link set used_at = %(now)s where id = %(id)s and used_at is null;

-- name: expire
-- The alert is over: its links are too.
update link set expires_at = %(now)s where alert_id = %(alert_id)s and expires_at > %(now)s;
