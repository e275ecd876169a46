"""An officer's desk: the inbox, a task and its form, the phone at a door, the command box, live pages."""
