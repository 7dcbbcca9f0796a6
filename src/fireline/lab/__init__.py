"""The simulated outside world of drills and tests, in a process of its own.

AWS with its trail, the attacker, the other workloads, the mailboxes and phones, and the people who
answer. It knows nothing of fireline but what any outsider knows: its API, its pages and its mail.
"""
