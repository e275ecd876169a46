"""Statements, clocks of offices, and the district on its diagram."""
