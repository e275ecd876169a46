"""Queries on what the engine left open, and on what stopped."""
