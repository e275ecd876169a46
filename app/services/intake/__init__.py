"""What comes in: requisitions, candidates, lists from Excel; and on to the police."""
