"""Use cases: ports in, effects out, no framework."""
