"""The starter plan, as data: rules, runbooks, scenarios, templates. Nothing here is code."""
