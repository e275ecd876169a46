"""Papers: planned, drawn from facts, issued under a number, checked by anybody."""
