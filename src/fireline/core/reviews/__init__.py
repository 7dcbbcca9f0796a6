"""Reviews: what is learned, and what must be there before one closes."""
