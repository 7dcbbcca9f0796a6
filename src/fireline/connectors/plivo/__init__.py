"""Texts and calls through Plivo."""
