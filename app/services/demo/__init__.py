"""The demo district and its cases, lived through in the past."""
