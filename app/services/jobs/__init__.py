"""Work without an officer: jobs and timers, tried again, and what stands still."""
