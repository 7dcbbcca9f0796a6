"""Facts and their chain. Nothing edits the past: a correction is a new fact."""
