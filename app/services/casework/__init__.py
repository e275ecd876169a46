"""Cases as a whole: found, listed, read tab by tab, withdrawn."""
