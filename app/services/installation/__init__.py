"""An installation: made ready, brought to this version, kept up, and its health."""
