"""What comes in and is answered: letters, lists, departments and their programs, other districts."""
