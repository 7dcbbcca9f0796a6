"""Matrix: direct messages from an account of fireline's own."""
