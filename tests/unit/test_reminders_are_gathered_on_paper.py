"""A sheet of paper tells the reminders of one step and office once: the last of them, and how many there were."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app.services.casefile.timeline import Event, gathered

BEGIN = datetime(2026, 11, 2, 5, 0, tzinfo=UTC)


def reminded(day: int, step: str = "स्थल भ्रमण", office: str = "मांझी") -> Event:
    return Event("reminded", BEGIN + timedelta(days=day), step, step, "thana", office, office)


def test_reminders_of_one_step_and_office_become_the_last_with_their_number() -> None:
    done = Event("done", BEGIN + timedelta(days=5), "स्थल भ्रमण", "Visit")
    told = [reminded(1), reminded(2), reminded(2, office="एकमा"), reminded(3), done, reminded(7, "सहमति")]
    found = gathered(told)
    assert [(each.kind, each.at.day, each.step_hi, each.office_hi, each.times) for each in found] == [
        ("reminded", 4, "स्थल भ्रमण", "एकमा", 1),
        ("reminded", 5, "स्थल भ्रमण", "मांझी", 3),
        ("done", 7, "स्थल भ्रमण", "", 1),
        ("reminded", 9, "सहमति", "मांझी", 1),
    ]


def test_a_case_without_reminders_is_told_as_it_was() -> None:
    told = [Event("registered", BEGIN), Event("done", BEGIN + timedelta(days=1))]
    assert gathered(told) == told
