"""Releases, proposals, and what is tried or moved before and after one goes out."""
