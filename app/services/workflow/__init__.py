"""The one writer of workflow rows: process instances, incidents, reminders, sums per step."""
