"""How a page is put together: its frame, its language, its addresses, and the pieces that many screens show."""
