"""The crime register of the district: kept, searched, and decided entry by entry for the person of a case."""
