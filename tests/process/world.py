"""The world that the corpus of diagrams is checked against: real offices and roles, a few made-up forms."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.domain.offices import LANES, ROLE_OFFICES
from app.engine.gate import FieldReads, FormReads, Known

HERE = Path(__file__).resolve().parent

#: What nearly every task of the corpus asks for.
STEP = FormReads(
    {
        "action": FieldReads(
            "string", codes=frozenset({"forward", "return", "refuse", "sent", "clear", "recommend"})
        ),
        "count": FieldReads("number"),
        "on": FieldReads("date"),
        "note": FieldReads("string", pii="P2"),
    }
)
INTAKE = FormReads({"name_hi": FieldReads("string", pii="P2"), "declared_case": FieldReads("boolean")})
FORMS = {"step": STEP, "intake": INTAKE, "requisition": FormReads({"purpose": FieldReads("string")})}


def known(*start: str, **other: Any) -> Known:
    """Return the world in which a case begins with the process `start`."""
    given: dict[str, Any] = {
        "forms": FORMS,
        "job_kinds": {"issue_report", "remind"},
        "lanes": {lane: kind.value for lane, kind in LANES.items()},
        "roles": {
            role.value: frozenset(kind.value for kind in kinds) for role, kinds in ROLE_OFFICES.items()
        },
        "start_processes": frozenset(start),
    }
    return Known(**(given | other))


def read(folder: str, name: str, *companions: str) -> dict[str, bytes]:
    """Return a file of the corpus as a release, with the diagrams (or other files) that it needs."""
    others = (one if "." in one else f"{one}.bpmn" for one in companions)
    paths = [HERE / folder / name, *(HERE / "broken" / "with" / one for one in others)]
    return {path.name: path.read_bytes() for path in paths}
