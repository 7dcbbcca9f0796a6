"""Amazon Web Services: where its log records come from, and the account fireline may act in."""
