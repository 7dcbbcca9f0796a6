"""Calls out of the house: whom fireline may call, one bounded request, and what its answer means.

Connectors share this room and none of each other's. It knows no vendor.
"""
