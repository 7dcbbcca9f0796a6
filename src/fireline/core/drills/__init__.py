"""Drills: scenarios, their story, and a score computed only from stored facts."""
