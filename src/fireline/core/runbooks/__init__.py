"""Runbooks: the next step given the journal; actions' plans, guards and undo."""
