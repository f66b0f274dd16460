"""Why a server that answers does not let us in: what waiting does not change is told apart from an outage.

`kafka.py` knocks at brokers; store/access.py does the same for MongoDB.
"""
