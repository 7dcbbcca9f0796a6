-- name: transaction_began
-- The moment this transaction began, as the one database of all nodes tells it.
select transaction_timestamp() as at;
