"""The door: coming in, what an officer settles for himself, a fresh factor, and what is open to everybody."""
