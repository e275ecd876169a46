"""The tables of the first release, by subject; revision 0001 makes them in this order."""
