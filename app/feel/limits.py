"""The bounds of FEEL: whoever writes or feeds an expression, reading it ends soon and so does working it out."""

MAX_TEXT = 8_000  # characters of one expression; the longest condition of the shipped forms has 190
MAX_NODES = 4_000  # nodes of one tree
MAX_DEPTH = 60  # levels of one tree: each costs two Python frames of about 1,000
MAX_STEPS = 100_000  # nodes visited in one evaluation; roughly 50 ms
MAX_CALLS = 40  # functions open at once, so that a recursion ends before Python's own limit
MAX_STRING = 100_000  # characters of one computed string
MAX_LIST = 10_000  # items of one computed list
MAX_WEIGHT = 50_000  # values within one value, however they are nested, a string counting for its length / 8
MAX_PATTERN_STEPS = 20_000  # of one regular expression on one string
PATTERN_PRICE = 500  # steps of the evaluation that a regular expression costs, whatever it finds
