"""One request: its transaction, how often it may be made, what leads to us, and what every answer carries."""
