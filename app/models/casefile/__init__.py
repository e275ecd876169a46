"""Queries on cases and the facts in them."""
