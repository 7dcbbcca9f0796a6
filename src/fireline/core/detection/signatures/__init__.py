"""Signatures: what an asset must not be set to, judged from the inventory alone."""
