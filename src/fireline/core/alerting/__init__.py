"""Many findings, few alerts: what belongs together, whose it is, and what has been said."""
