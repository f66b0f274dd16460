"""Stands in for the world: brokers, databases, providers and a feed on localhost, with the real protocols.

Only `cli` and the tests import it. Nothing here is imported in production, and nothing here needs our other
rooms but `errors`.
"""
