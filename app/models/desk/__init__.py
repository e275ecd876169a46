"""Queries on what lies on an officer's desk: tasks by queue, drafts, notices, days to look again."""
