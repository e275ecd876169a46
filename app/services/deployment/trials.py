"""The dry run of a release: what the program is told of forms and facts, and its faults as the gate says them."""

from __future__ import annotations

import re
from collections import OrderedDict
from datetime import timedelta
from threading import Lock
from typing import TYPE_CHECKING, Any

from app import engine, formjs, trials
from app.models.deployment import trials as table
from app.services.procedure import releases
from app.services.procedure.gatekeeping import findings_read
from app.services.procedure.releases import CHECKS
from app.services.workflow.instances import VERIFICATION, WITHDRAWAL

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from app.models.scope import Session

#: Form -> what its mapping hands to the engine beside its answers (services.projections): the enquiries of a case,
#: those of a new round where one is ordered, who endorses, and the round that was reviewed.
EFFECTS: dict[str, tuple[str, ...]] = {
    "route": ("units",),
    "accept_enquiry": ("unit",),
    "recommend": ("again",),
    "review_findings": ("reviewed", "again"),
}
_CASE_FORMS = ("requisition", "intake")
_KEPT = 8
HOLDS = timedelta(days=1)  # a verdict kept in a table, which a newer program may have outlived
_known: OrderedDict[bytes, engine.Trial] = OrderedDict()
_lock = Lock()


def known(files: Mapping[str, bytes]) -> engine.Trial | None:
    """What the dry run of these diagrams, decisions and forms has found, where there was one."""
    with _lock:
        return _known.get(releases.route_mark(files))


def run(files: Mapping[str, bytes], job_results: Mapping[str, tuple[str, ...]]) -> engine.Trial:
    """Lead made-up cases through files that the gate lets through; the same route is tried once.

    Takes some seconds of the processor; never inside a transaction. Raises Unavailable.
    """
    mark = releases.route_mark(files)
    with _lock:
        if mark in _known:
            return _known[mark]
    return remember(mark, trials.run(files, world(files, job_results)))


def recall(session: Session, files: Mapping[str, bytes], now: datetime) -> None:
    """Know what another process has found of the same route today: it need not be tried again."""
    mark = releases.route_mark(files)
    row = table.done_for(session, mark, now - HOLDS)
    if row is not None:
        remember(mark, trials.read(row.found))


def remember(mark: bytes, found: engine.Trial) -> engine.Trial:
    """Know what a dry run of the files with this mark has found: sending them waits for no other; -> `found`."""
    with _lock:
        _known[mark] = found
        while len(_known) > _KEPT:
            _known.popitem(last=False)
    return found


def problems(files: Mapping[str, bytes], found: engine.Trial) -> list[engine.Problem]:
    """The faults of a dry run as reasons of the gate: the step, why a case stops there, and on which way."""
    names = _Names(files)
    return [names.problem(fault) for fault in found.faults]


def labels(files: Mapping[str, bytes], elements: Sequence[str]) -> list[tuple[str, str]]:
    """What elements of these files are called, in Hindi and in English."""
    release = engine.load_release(releases.fingerprint(files), files)
    return [release.label(each) for each in elements]


class _Names:
    """Elements by their labels, and the files they lie in."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = {name: data for name, data in files.items() if name.endswith(".bpmn")}
        self._release = engine.load_release(releases.fingerprint(files), files)

    def problem(self, fault: engine.Fault) -> engine.Problem:
        file = releases.file_of(self._files, fault.element_id)
        hindi, english = self._release.label(fault.element_id)
        ways = [self._release.label(each) for each in fault.way]
        params = {
            "file": file,
            "element": fault.element_id,
            "label_hi": "" if hindi == fault.element_id else hindi,
            "label_en": "" if english == fault.element_id else english,
            "way_hi": " › ".join(each[0] for each in ways),
            "way_en": " › ".join(each[1] for each in ways),
            "why": fault.code,
            "detail": "; ".join(str(value) for value in fault.params.values()),
        }
        key = "trial.stopped" if fault.code == "trial_stopped" else "trial.fault"
        return engine.Problem(file, fault.element_id, "trial", key, params)


def world(files: Mapping[str, bytes], job_results: Mapping[str, tuple[str, ...]]) -> engine.World:
    """What made-up cases of these files are asked and told."""
    numbers, words = _constants(files)
    forms = {
        name.removesuffix(".form"): dict(_fields(formjs.load(data), numbers, words))
        for name, data in files.items()
        if name.endswith(".form")
    }
    facts = {key: forms.get(key, {}) for key in _CASE_FORMS}
    facts["findings"] = {
        name: engine.Asked(each.type, sorted(each.codes or ())) for name, each in findings_read().items()
    }
    return engine.World(
        process=VERIFICATION,
        forms=forms,
        facts=facts,
        purposes=sorted(engine.rule_names(files[CHECKS])),
        effects=EFFECTS,
        results=job_results,
        message=WITHDRAWAL,
    )


def _fields(
    form: formjs.Form, numbers: Sequence[int], words: Sequence[str]
) -> Iterator[tuple[str, engine.Asked]]:
    blank = formjs.may_stay_blank(form)
    for name, kind in formjs.field_types(form).items():
        worth: Sequence[Any] = ()
        if kind.codes is not None:
            worth = sorted(kind.codes)
        elif kind.type in ("number", "string"):
            worth = [0, 1, 400, *numbers] if kind.type == "number" else ["अ", *words]
        yield name, engine.Asked(kind.type, worth, name in blank)


def _constants(files: Mapping[str, bytes]) -> tuple[list[int], list[str]]:
    """Whole numbers and texts that conditions and tables name: worth trying, a number with the one beyond it."""
    texts = [
        text
        for name, data in files.items()
        if name.endswith((".bpmn", ".dmn"))
        for text in re.findall(r"(?:conditionExpression|text)\b[^>]*>([^<]+)<", data.decode(errors="ignore"))
    ]
    numbers = {int(each) for text in texts for each in re.findall(r"(?<![\w.])\d{1,6}(?![\w.])", text)}
    words = {each for text in texts for each in re.findall(r'"([^"]{1,60})"', text)}
    return sorted({near for each in numbers for near in (each, each + 1)})[:40], sorted(words)[:40]
