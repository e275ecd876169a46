"""Releases: checked, deployed whole, loaded once per content. A running case keeps the release it began with."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from app import engine, formjs, papers
from app.domain.errors import NotFound, ReleaseRefused
from app.domain.ids import new_id
from app.domain.secrecy import Side, side_of_lane
from app.models.casefile import case_queries as cases
from app.models.deployment import releases as table
from app.services.procedure import gatekeeping
from app.services.procedure.gatekeeping import PAPERS
from app.services.store import audit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow

CHECKS = "checks.dmn"
SHIPPED = "shipped"  # the note of a release that came with the product
SCENARIOS = "scenarios.json"
CORRECTION = (
    "correct_person"  # act outside the route: of the person's particulars, after his paper was issued
)
_KINDS = {"bpmn": "process", "dmn": "decision", "form": "form"}


@dataclass(frozen=True, slots=True)
class Purpose:
    """A purpose of verification, as the decision table `checks` knows it."""

    hi: str
    en: str
    enabled: str  # yes | no | demo
    days: int  # working days of the whole case


@dataclass(frozen=True, slots=True)
class Plan:
    """A diagram of a release, with its name."""

    process: str
    title_hi: str
    title_en: str
    xml: bytes


@dataclass(frozen=True)
class Loaded:
    """A release ready to run: its compiled diagrams and decisions, its forms, and the texts of its papers."""

    id: UUID
    sha256: bytes
    engine: engine.Release
    forms: Mapping[str, formjs.Form]
    texts: papers.Texts
    purposes: Mapping[str, Purpose]

    def form(self, key: str) -> formjs.Form:
        return self.forms[key]

    def side_of_step(self, element_id: str) -> Side:
        """Who writes at this step; acts outside the route are the DM office's."""
        step = self.engine.user_tasks.get(element_id)
        if step is not None:
            return side_of_lane(step.lane)
        return Side.INTAKE if element_id in (self.engine.start_form, CORRECTION) else Side.DM

    def asks_for(self, key: str) -> bool:
        """Whether a form of this release has such a field."""
        return any(field.key == key for form in self.forms.values() for field in form.fields)

    def side_of_field(self, key: str) -> Side:
        """Who fills this field: the stricter side where forms of both have it; what is on no form is issued."""
        sides = {
            self._side_of_form(name)
            for name, form in self.forms.items()
            if any(field.key == key for field in form.fields)
        }
        return next((side for side in (Side.POLICE, Side.INTAKE) if side in sides), Side.DM)

    def _side_of_form(self, name: str) -> Side:
        lanes = [step.lane for step in self.engine.user_tasks.values() if step.form == name]
        return side_of_lane(lanes[0]) if lanes else Side.INTAKE

    def plan(self, process: str) -> Plan:
        return Plan(process, *self.engine.label(process), self.engine.diagrams[process])

    @property
    def plans(self) -> list[Plan]:
        """Every diagram, in the order in which a case comes to it."""
        met = dict.fromkeys(task.process for task in self.engine.user_tasks.values())
        return [self.plan(process) for process in {**met, **dict.fromkeys(self.engine.processes)}]

    def purpose_names(self, code: str) -> tuple[str, str]:
        """Hindi and English name of a purpose; the code itself for one that this release does not know."""
        found = self.purposes.get(code)
        return (found.hi, found.en) if found is not None else (code, code)


def kind_of(name: str) -> str:
    """What a file of a release is, by its name: process, decision, form, scenario or paper."""
    return "scenario" if name == SCENARIOS else _KINDS.get(name.rsplit(".", 1)[-1], "paper")


def file_of(files: Mapping[str, bytes], element_id: str) -> str:
    """The diagram in which an element is drawn; nothing for one that is in none."""
    drawn = f'id="{element_id}"'.encode()
    return next((name for name, data in files.items() if name.endswith(".bpmn") and drawn in data), "")


def read_folder(root: Path) -> dict[str, bytes]:
    """The release below `root`: processes, forms, scenarios and paper texts; what is not there the gate will miss."""
    found = {
        path.name: path.read_bytes()
        for pattern in ("processes/*.bpmn", "processes/*.dmn", "forms/*.form")
        for path in sorted(root.glob(pattern))
    }
    single = {PAPERS: root / "templates" / "papers" / "texts.json", SCENARIOS: root / "processes" / SCENARIOS}
    return found | {name: path.read_bytes() for name, path in single.items() if path.is_file()}


def fingerprint(files: Mapping[str, bytes]) -> bytes:
    """One hash over the sorted names and contents; equal content is the same release."""
    digest = sha256()
    for name in sorted(files):
        digest.update(name.encode() + b"\0" + sha256(files[name]).digest())
    return digest.digest()


def route_mark(files: Mapping[str, bytes]) -> bytes:
    """One hash over what leads a case: diagrams, decisions and forms. Papers and examples change no step of it."""
    return fingerprint({name: files[name] for name in files if name.endswith((".bpmn", ".dmn", ".form"))})


def are_wanted(session: Session, shipped: Mapping[str, bytes]) -> bool:
    """Whether the product's own files should be deployed when it starts.

    They follow a release that came with the product; one that the office made itself they replace only when they
    are new, with a new version of the product.
    """
    current = table.active(session)
    if current is None or current.note == SHIPPED:
        return True
    return not table.has_content(session, fingerprint(shipped))


def deploy(
    session: Session,
    files: Mapping[str, bytes],
    job_results: Mapping[str, tuple[str, ...]],
    *,
    fonts: Path,
    author: UUID | None,
    now: datetime,
    note: str = "",
) -> tuple[UUID, bool]:
    """Put a checked release into force; -> (its id, whether it is new).

    The same content as the release in force makes no new release. Raises ReleaseRefused with every problem;
    nothing is deployed then.
    """
    current = table.active(session)
    if current is not None and current.sha256 == fingerprint(files):
        return current.id, False
    problems = gatekeeping.check(files, job_results, fonts)
    if problems:
        raise ReleaseRefused(problems)
    return put_into_force(session, files, author=author, now=now, note=note), True


def put_into_force(
    session: Session,
    files: Mapping[str, bytes],
    *,
    author: UUID | None,
    now: datetime,
    note: str,
    approver: Actor | None = None,
) -> UUID:
    """Make files that the gate has let through the release in force, in place of the one before; -> its id.

    Cases that run keep the release that they began with.
    """
    mark, current = fingerprint(files), table.active(session)
    release_id, version = new_id(session.recorded_at), table.last_version(session) + 1
    if current is not None:
        table.retire(session, current.id)
    row = {
        "id": release_id,
        "version": version,
        "status": "active",
        "base_release_id": current.id if current is not None else None,
        "revision": 0,
        "sha256": mark,
        "note": note,
        "author": author,
        "approved_by": approver.officer_id if approver is not None else None,
        "created_at": now,
        "active_from": now,
    }
    table.insert_release(session, row, _file_rows(release_id, files))
    thing, told = f"release:{release_id}", {"version": version, "sha256": mark.hex()}
    audit.record(session, "admin", "release:deploy", thing, approver, now, **told)
    return release_id


def _file_rows(release_id: UUID, files: Mapping[str, bytes]) -> list[dict[str, Any]]:
    return [
        {
            "release_id": release_id,
            "kind": kind_of(name),
            "key": name,
            "bytes": data,
            "sha256": sha256(data).digest(),
        }
        for name, data in sorted(files.items())
    ]


def active(session: Session) -> Loaded:
    """The release that new cases begin with; NotFound until the first deployment."""
    row = table.active(session)
    if row is None:
        raise NotFound("error.no_release")
    return load(session, row.id)


def came_with_the_product(session: Session) -> bool:
    """Whether the release in force is the product's own, unchanged by the district."""
    row = table.active(session)
    return row is not None and row.note == SHIPPED


def version_of(session: Session, release_id: UUID) -> int:
    """The number of a release. Raises NotFound."""
    row = table.find(session, release_id)
    if row is None:
        raise NotFound("error.no_release")
    return int(row.version)


def with_case_locked(session: Session, case_id: UUID) -> tuple[AnyRow, Loaded]:
    """An open case's row, locked until the transaction ends, and its release. Raises NotFound."""
    case = cases.lock(session, case_id)
    if case is None or case.status != "open":
        raise NotFound
    return case, load(session, case.release_id)


def load(session: Session, release_id: UUID) -> Loaded:
    """The release of a case, compiled; parsed once per process and content.

    One that was ever in force never changes again: it is known by its id, to its own district.
    """
    place = (getattr(session.scope, "district_id", None), release_id)
    known = _known.get(place)
    if known is not None:
        return known
    row = table.find(session, release_id)
    if row is None:
        raise NotFound("error.no_release")
    found = Loaded(release_id, row.sha256, *_parts(session, row))
    if row.status in _FROZEN and place[0] is not None:
        _keep(_known, place, found)
    return found


_KEPT = 16  # releases held compiled; a district runs two or three at a time
_FROZEN = frozenset({"active", "retired"})
_Parts = tuple[engine.Release, dict[str, formjs.Form], papers.Texts, dict[str, Purpose]]
_loaded: dict[bytes, _Parts] = {}
_known: dict[tuple[int | None, UUID], Loaded] = {}


def _parts(session: Session, row: AnyRow) -> _Parts:
    """What a release consists of; of equal content only once."""
    found = _loaded.get(row.sha256)
    if found is None:
        found = _compile(row.sha256, table.files(session, row.id))
        _keep(_loaded, row.sha256, found)
    return found


def _keep(kept: dict[Any, Any], key: Any, value: Any) -> None:
    while len(kept) >= _KEPT:
        kept.pop(next(iter(kept)), None)
    kept[key] = value


def _compile(mark: bytes, files: Mapping[str, bytes]) -> _Parts:
    forms = {
        name.removesuffix(".form"): formjs.load(data)
        for name, data in files.items()
        if name.endswith(".form")
    }
    release = engine.load_release(mark, files)
    names = engine.rule_names(files[CHECKS])
    purposes = {code: _purpose(release, code, *said) for code, said in names.items()}
    return release, forms, papers.load_texts(files[PAPERS]), purposes


def _purpose(release: engine.Release, code: str, hindi: str, english: str) -> Purpose:
    row = checks(release, code) or {}
    return Purpose(hindi, english, str(row.get("enabled", "no")), int(row.get("sla_working_days") or 0))


def checks(
    release: engine.Release,
    purpose: str,
    requisition: Mapping[str, Any] | None = None,
    intake: Mapping[str, Any] | None = None,
) -> dict[str, Any] | None:
    """What `checks` says of a purpose: days per office, which checks, who signs. None for an unknown one."""
    facts = {"case": {"purpose": purpose}, "requisition": requisition or {}, "intake": intake or {}}
    row: dict[str, Any] | None = release.decide("checks", facts)
    return row
