"""Who comes in: sessions, factors, step-up, and the separation of duties."""
