"""A watcher outside that is told by calling an address."""
