"""Queries on the district itself: offices, areas, settings."""
