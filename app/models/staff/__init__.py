"""Queries on officers, their posts and the factors by which they come in."""
