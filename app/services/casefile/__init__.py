"""What is known of a case, read and told: facts, answers, timeline, persons, notes."""
