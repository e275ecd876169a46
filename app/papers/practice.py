"""What stands on every sheet that a practice district prints, drawn from HTML or onto a canvas."""

MARK = "अभ्यास · PRACTICE"
WHY = "यह असली पत्र नहीं है · This is not a genuine paper"
PALE, RED = "#f5d9d9", "#8a1010"  # of the mark behind what is written, of the line below it
