"""Sheets of Excel and CSV: read without trust, written so that no text of theirs is ever a formula."""

from app.spreadsheets.reading import MOST_ROWS, Refused, rows
from app.spreadsheets.writing import Heading, marked, template

__all__ = ["MOST_ROWS", "Heading", "Refused", "marked", "rows", "template"]
