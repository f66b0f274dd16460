"""flightagents: watches flights for travel agencies and tells the right people, once."""
