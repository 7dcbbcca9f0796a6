"""A simulated AWS: moto does the work, and this room adds what moto forgets.

Callers are identified, inactive keys and revoked sessions refused, every call recorded in
CloudTrail's shape and delivered as AWS delivers it. It never reaches beyond loopback.
"""
