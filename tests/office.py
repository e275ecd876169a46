"""The application with the demo district in it, and its officers at their browsers: what tests of pages stand on."""

from __future__ import annotations

from io import BytesIO
from re import sub
from typing import TYPE_CHECKING, Any

from app import create_app
from app.config import Settings
from app.services.papers import bundles
from tests.journey import Journey, scan
from tests.visitor import Visitor

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from flask import Flask
    from sqlalchemy import Row

    from app.domain.roles import Role


class Office:
    """The application on a copy of the demo district, with its own clock."""

    def __init__(self, folder: Path, now: datetime, url: str = "") -> None:
        self.now = now
        url = url or f"sqlite:///{folder / 'satyapan.db'}"
        settings = Settings(folder, url, demo=True, testing=True)
        self.app: Flask = create_app(settings, clock=lambda: self.now)
        self.database = self.app.extensions["database"]
        self.journey = Journey(self.database, now)

    def at(self, role: Role, office: str = "") -> Visitor:
        """The browser of the first officer in this role (of this office)."""
        office_id = self.journey.staff.offices(role)[office] if office else None
        return Visitor(self.app).enter(self.journey.staff.holder(role, office_id).officer_id, self.now)

    def holder_of(self, task: Row[Any]) -> Visitor:
        return Visitor(self.app).enter(self.journey.actor_of(task).officer_id, self.now)

    def task(self, number: str, step: str = "") -> Row[Any]:
        return next(each for each in self.journey.waiting(number) if step in ("", each.element_id))

    def work_off(self) -> int:
        """Let the worker make what files of many documents are asked for; -> in how many steps."""
        steps = 0
        while bundles.go_on(self.database, self.now):
            steps += 1
        return steps

    def collected(self, browser: Visitor, answer: Any) -> Any:
        """The answer with the file that was asked for by this browser: made by the worker, and taken."""
        assert answer.status_code == 303, answer.status_code
        self.work_off()
        return browser.post(answer.headers["Location"], {})

    def answers(self, task: Row[Any], **changes: Any) -> dict[str, list[str]]:
        return dict(self.journey.form_of(task, **changes).values)


def withdrawal(reason: str = "विभाग का पत्र क-9 दिनांक 20-11-2026", **changes: Any) -> dict[str, Any]:
    """What is posted to withdraw a case: the department's letter, with its scan."""
    paper = scan("letter_scan")
    return {
        "scope": "case",
        "withdraw_letter": "क-9/2026",
        "withdraw_date-d": "20",
        "withdraw_date-m": "11",
        "withdraw_date-y": "2026",
        "reason": reason,
        "letter_scan": (BytesIO(paper.data), paper.name, paper.media_type),
        "_op": "submit",
        **changes,
    }


MULTIPART = {"content_type": "multipart/form-data"}


def text_of(answer: Any) -> str:
    """The page, without the elements that do no more than hold a day together on its line."""
    text = sub(r"</?time[^>]*>", "", answer.get_data(as_text=True))
    return sub(r'<span class="text-nowrap">(\d\d-\d\d-\d{4})</span>', r"\1", text)
