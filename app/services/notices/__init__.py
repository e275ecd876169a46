"""Words that go out by themselves: messages, and pages that hear of a change."""
