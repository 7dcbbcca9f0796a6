"""Slack: direct messages from a bot."""
