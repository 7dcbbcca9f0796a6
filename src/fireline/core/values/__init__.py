"""Small words every room shares: identifiers, spans of time, priorities, refusals, secrets."""
