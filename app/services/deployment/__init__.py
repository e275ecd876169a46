"""A change of the procedure: proposed, tried on the past, released, and cases moved to it."""
