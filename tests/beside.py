"""Steps of cases as one program does them: run with an earlier version on the path, it is that version at work.

`python -P tests/beside.py URL DOCUMENTS FONTS` opens the database, says so by a line with the place of its program,
and does what each line of its input names: a step of a case, and the jobs that are due. It answers by the steps that
wait then, or by what refused it.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import app
from app.crypto import KeyRing
from app.domain.errors import DomainError
from app.services.store.database import Database
from tests.journey import Journey

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


def main(url: str, documents: str, fonts: str) -> None:
    database = Database(url, KeyRing.for_tests(), Path(documents), clock_is_free=True, fonts=Path(fonts))
    journey = Journey(database, NOW)
    journey.staff.offices("sho")  # it is at work
    say({"program": app.__file__})
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            journey.do(asked["number"], asked["step"])
            journey.work()
        except DomainError as refused:
            say({"refused": type(refused).__name__})
        except StopIteration:
            say({"refused": "nothing waits"})
        else:
            say({"steps": journey.steps(asked["number"])})
    database.close()


def say(what: dict[str, object]) -> None:
    ANSWERS.write(json.dumps(what) + "\n")
    ANSWERS.flush()


ANSWERS, sys.stdout = sys.stdout, sys.stderr  # what the program logs is no answer

if __name__ == "__main__":
    main(*sys.argv[1:])
