"""An officer's desk: inbox, tasks, in whose name they are, and today's signatures."""
