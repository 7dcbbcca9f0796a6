"""Incidents: states, roles, deadlines, updates and checklists."""
