"""Texts and calls through Twilio."""
