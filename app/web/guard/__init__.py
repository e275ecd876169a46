"""Who may open a view, and the page of a refusal."""
