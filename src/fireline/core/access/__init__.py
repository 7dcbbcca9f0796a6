"""Who may do what, with the reason."""
