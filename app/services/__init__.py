"""What the system does, one module a noun. Takes (session, actor, ...); flushes, never commits."""
