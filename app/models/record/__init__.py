"""Queries on the record that cannot be altered unseen, and on how long anything is kept."""
