"""What comes in: letters and their persons, lists from Excel, departments and their programs."""
