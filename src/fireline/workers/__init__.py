"""The loops: each claims what is due, runs one use case for it, and carries on."""
