"""A change of the procedure on its pages: drafted, checked, tried, replayed, approved, and cases moved to it."""
