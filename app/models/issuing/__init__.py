"""Queries on papers, their numbers and the signatures beneath them."""
