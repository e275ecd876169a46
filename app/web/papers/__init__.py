"""Papers on their pages: signed, registered, printed again, corrected, and checked by anybody."""
