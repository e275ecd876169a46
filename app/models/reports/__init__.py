"""Queries behind registers and statements; each is read in groups, over all cases one may see."""
