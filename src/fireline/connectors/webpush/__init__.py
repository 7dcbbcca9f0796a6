"""Web push: a notification on every phone and desk, without an app store."""
