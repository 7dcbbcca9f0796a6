"""Mail that comes in: each source has an address, and 250 is said only after the commit."""
