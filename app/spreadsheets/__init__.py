"""Sheets of Excel and CSV: read without trust, written so that no text of theirs is ever a formula."""

from app.spreadsheets.reading import MOST_ROWS, Refused, rows
from app.spreadsheets.serials import is_day_number, read_days
from app.spreadsheets.writing import Heading, marked, template

__all__ = ["MOST_ROWS", "Heading", "Refused", "is_day_number", "marked", "read_days", "rows", "template"]
