"""What the system does: a room a subject, a module a noun. Takes (session, actor, ...); flushes, never commits."""
