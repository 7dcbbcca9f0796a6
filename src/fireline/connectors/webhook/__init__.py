"""Webhooks: a signed JSON POST to an address the plan names."""
