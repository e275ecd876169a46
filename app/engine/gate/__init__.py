"""The deploy gate: what the engine would accept and then hang on is refused before deployment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.engine.gate.dictionary import RoutingValue, dictionary
from app.engine.gate.findings import Finding, Problem
from app.engine.gate.known import FieldReads, FormFault, FormReads, Known
from app.engine.gate.reading import LANGUAGES
from app.engine.gate.release import Release
from app.engine.gate.rules import STAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FieldReads", "FormFault", "FormReads", "Known", "Problem", "RoutingValue", "check", "dictionary"]


def check(files: Mapping[str, bytes], known: Known) -> list[Problem]:
    """Return every reason why these files must not be deployed; an empty list lets them through.

    Nothing is executed and nothing fetched. Rules go by stages: files that cannot be read are not asked
    where their flows lead. Never raises for anything that the files may hold.
    """
    release = Release.read(files, known)
    for stage in STAGES:
        problems = [_problem(release, rule.__name__, finding) for rule in stage for finding in rule(release)]
        if problems:
            break
    return problems


def _problem(release: Release, rule: str, finding: Finding) -> Problem:
    labels = {f"label_{language}": release.label(finding, language) for language in LANGUAGES}
    params = {**labels, **finding.params, "file": finding.file, "element": finding.element_id}
    return Problem(finding.file, finding.element_id, rule, finding.says or f"gate.{rule}", params)
