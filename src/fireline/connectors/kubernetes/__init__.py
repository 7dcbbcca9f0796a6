"""Kubernetes clusters, looked at through the official client; nothing in one is ever changed."""
