"""What a flight is and what is news about it. Pure: no clock, no network, no framework."""
