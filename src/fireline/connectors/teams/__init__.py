"""Microsoft Teams: cards, by the address of a workflow."""
