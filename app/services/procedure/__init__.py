"""The released procedure: checked, kept, read and compared."""
