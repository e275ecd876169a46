"""Which roles sit in which kind of office: what a posting, and a lane of a diagram, may name together."""

from __future__ import annotations

from app.domain.offices import OfficeKind
from app.domain.roles import Role

#: Role -> kinds of office with such a post. A circle inspector and an SDPO endorse where the SHO enquired.
SEATS: dict[Role, frozenset[OfficeKind]] = {
    Role.DM: frozenset({OfficeKind.DM_OFFICE}),
    Role.ADM: frozenset({OfficeKind.DM_OFFICE}),
    Role.DM_SECTION_HEAD: frozenset({OfficeKind.DM_OFFICE}),
    Role.DM_ASSISTANT: frozenset({OfficeKind.DM_OFFICE}),
    Role.SP: frozenset({OfficeKind.SP_OFFICE}),
    Role.SP_READER: frozenset({OfficeKind.SP_OFFICE}),
    Role.DCRB: frozenset({OfficeKind.DCRB}),
    Role.SPECIAL_BRANCH: frozenset({OfficeKind.SPECIAL_BRANCH}),
    Role.SDPO: frozenset({OfficeKind.SDPO}),
    Role.CIRCLE_INSPECTOR: frozenset({OfficeKind.CIRCLE}),
    Role.SHO: frozenset({OfficeKind.THANA}),
    Role.THANA_MUNSHI: frozenset({OfficeKind.THANA}),
    Role.ENQUIRY_OFFICER: frozenset({OfficeKind.THANA}),
}
