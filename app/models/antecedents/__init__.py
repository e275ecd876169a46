"""The crime register of the district."""
