"""The staff page: what the agency sees, and does, all day."""
