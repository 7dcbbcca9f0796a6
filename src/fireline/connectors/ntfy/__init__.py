"""ntfy: notifications by a server anybody can run."""
