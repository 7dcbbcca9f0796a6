"""What there is in the cloud, and which service and team it belongs to."""
