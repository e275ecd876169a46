"""The district kept in order: calendar, orders, areas, policies, posts, codes, retention, the eyes on it."""
