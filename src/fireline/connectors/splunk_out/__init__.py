"""Onward to Splunk On-Call, as an incident of its own."""
