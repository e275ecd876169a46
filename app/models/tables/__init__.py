"""The tables that several rooms read, and the habits that every table shares; no queries."""
