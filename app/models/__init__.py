"""Tables and their queries; no rules, no commits. Only services import from here."""
