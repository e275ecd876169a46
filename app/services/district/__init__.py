"""The district as it is: its calendar, offices and places, and the choices that a form takes from them."""
