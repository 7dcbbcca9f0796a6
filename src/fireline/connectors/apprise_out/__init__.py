"""The long tail: whatever Apprise can reach, in a process of its own."""
