"""Measures how fast the system is; `make bench` runs them all."""
