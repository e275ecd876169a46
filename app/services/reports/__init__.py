"""Statements and registers: figures that open their cases, as page and file."""
