"""Clocks: whose ran, what stopped it, and what a change of the calendar does to them."""
