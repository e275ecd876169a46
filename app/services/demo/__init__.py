"""The demo district and its forty cases, lived through in the past."""
