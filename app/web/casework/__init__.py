"""Cases on their pages: found, listed, read, withdrawn, opened in an emergency, told to their person."""
