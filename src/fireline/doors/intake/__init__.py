"""Where monitoring systems post: their own APIs, byte for byte. Each source shows its own token."""
