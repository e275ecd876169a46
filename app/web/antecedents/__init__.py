"""The crime register on its pages: searched, filled from lists, its hits decided."""
