"""The incident response plan as one checked value; every mistake in it reported at once."""
