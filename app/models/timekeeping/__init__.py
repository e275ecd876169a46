"""Queries on clocks, calendars and reminders."""
