"""Emergency openings: on what grounds a case outside one's sight is opened, for how long, and how often."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum


class Ground(StrEnum):
    """Why it could not wait; a closed list, for a free text would name somebody."""

    LIFE = "life"  # somebody's life or safety is in danger
    WANTED = "wanted"  # the person was found or is in custody
    COURT = "court"  # a court asks today
    ORDER = "order"  # law and order; ordered by a senior officer


LASTS = timedelta(minutes=30)
MOST_A_DAY = 3  # by one officer
