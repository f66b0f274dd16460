"""The staff page in a real browser."""
