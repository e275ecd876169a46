"""Screens by subject, one blueprint a screen: guard, parse, call one service, choose the page."""
