"""The words and rules an officer would recognise; standard library only, no input or output."""
