"""Onward to PagerDuty, as an alert of its own."""
