"""The rights matrix row by row: what it gives a post the product gives it, or says what is missing; never more."""

from __future__ import annotations

import pytest
from babel.messages.pofile import read_po

from app.domain.keeping import GAPS, RULES, STEPS, WAITING, Kept, granted, kept, stepping_in
from app.domain.offices import ROLE_OFFICES
from app.domain.rights import MATRIX
from app.domain.roles import (
    DELEGATE,
    GRANTS,
    PERMISSIONS,
    WITHOUT_CASES,
    Permission,
    Role,
    doers_of,
    permissions_of,
)
from app.domain.secrecy import SEALED, SENSITIVE, Side, readable
from tests import sources
from tests.walking import shipped_release

#: Whoever names himself for an enquiry does the visit as the SHO that he is (app.services.workflow.instances).
NAMES_HIMSELF = {"visit": {Role.SHO}, "revisit": {Role.SHO}}
#: What a rule opens to a role, as the matrix would say it.
READS = {
    "see.field_report": lambda role: bool(readable(role, Side.POLICE, reported=True)),
    "see.criminal_detail": lambda role: (
        SENSITIVE in readable(role, Side.POLICE, reported=True) or role is Role.THANA_MUNSHI  # his own draft
    ),
    "see.sb_note": lambda role: SEALED in readable(role, Side.POLICE, reported=True),
}
ROWS = sorted(MATRIX)
HELP = """
app/domain/keeping.py says how each row of app/domain/rights.py is kept. A new permission names its rows in GRANTS
(app/domain/roles.py), with the words of its cells that your code keeps to in `keeps`; take these rows out of WAITING,
and write into GAPS which cells it does not open yet, and why.
"""


def steps_in(step: str, role: str) -> set[Role]:
    """Who does a step of another post of his own kind of office, from the page of the case."""
    return {
        each
        for each in ROLE_OFFICES
        if stepping_in(each, step) is not None and ROLE_OFFICES[each] & ROLE_OFFICES[Role(role)]
    }


def by_permission(row: str) -> bool:
    return any(row in grant.rows for grant in GRANTS.values())


@pytest.mark.parametrize("row", ROWS)
def test_a_row_is_kept_in_one_way_or_waits_with_its_reason(row):
    ways = [by_permission(row) or row in STEPS, row in RULES, row in WAITING]
    assert sum(ways) == 1, HELP
    assert WAITING.get(row, "a reason")


@pytest.mark.parametrize("row", [row for row in ROWS if by_permission(row)])
def test_a_permission_opens_every_cell_of_its_row_or_says_what_is_missing(row):
    if row in STEPS:
        return  # a step of the route besides: its own test below asks for both
    missing = {role for role in Role if role in MATRIX[row] and not granted(row, role)}
    assert missing == {role for where, role in GAPS if where == row}, HELP


@pytest.mark.parametrize("permission", list(Permission))
def test_a_permission_stands_on_rows_of_the_matrix(permission):
    if permission is Permission.ACCOUNT_OWN:
        assert all(permission in PERMISSIONS[role] for role in Role)
        return
    assert permission in GRANTS, f"{permission} has no line in GRANTS. {HELP}"
    assert set(GRANTS[permission].rows) <= set(MATRIX), HELP


@pytest.mark.parametrize("role", list(Role))
def test_no_post_has_a_permission_that_no_row_gives_it(role):
    for permission in permissions_of(role, DELEGATE) - {Permission.ACCOUNT_OWN}:
        assert any(role in MATRIX[row] for row in GRANTS[permission].rows), permission


@pytest.mark.parametrize(("row", "steps"), STEPS.items(), ids=list(STEPS))
def test_a_step_of_the_route_is_done_by_whom_the_matrix_names(row, steps):
    tasks, doers = shipped_release().user_tasks, set()
    for step in steps:
        always, by_order = doers_of(Role(tasks[step].role))
        doers |= always | by_order | NAMES_HIMSELF.get(step, set()) | steps_in(step, tasks[step].role)
    doers |= {role for role in Role if by_permission(row) and granted(row, role)}
    named = {role for role in Role if role in MATRIX[row]}
    assert doers <= named
    assert named - doers == {role for where, role in GAPS if where == row}, HELP


@pytest.mark.parametrize("row", READS)
@pytest.mark.parametrize("role", [role for role in Role if role not in WITHOUT_CASES])
def test_a_class_of_facts_is_read_by_whom_the_matrix_names(row, role):
    of_searchers = (
        role in {Role.DCRB, Role.SPECIAL_BRANCH} and row == "see.field_report"
    )  # row scope: their own
    assert READS[row](role) == (role in MATRIX[row]) or of_searchers


def test_a_right_by_order_of_delegation_is_nobodys_otherwise():
    assert Permission.PROCESS_APPROVE not in permissions_of(Role.ADM, "regular")
    assert Permission.PROCESS_APPROVE in permissions_of(Role.ADM, DELEGATE)
    assert Permission.PROCESS_APPROVE not in permissions_of(Role.DM_ASSISTANT, DELEGATE)


def test_who_keeps_the_system_opens_no_case():
    of_cases = {
        Permission.CASE_SEE,
        Permission.DOCUMENT_SEE,
        Permission.CASE_SEARCH,
        Permission.TASK_COMPLETE,
    }
    assert not [role for role in WITHOUT_CASES if of_cases & permissions_of(role, DELEGATE)]


def test_who_changes_the_procedure_never_puts_it_into_force():
    both = {Permission.PROCESS_CHANGE, Permission.PROCESS_APPROVE}
    assert not [role for role in Role if both <= permissions_of(role, DELEGATE)]


def test_the_page_says_of_a_cell_what_is_so():
    assert kept("see.case.identity", Role.DM) is Kept.YES
    assert kept("see.case.identity", Role.AUDITOR) is Kept.NOT_YET
    assert kept("see.case.identity", Role.USER_ADMIN) is Kept.NO
    assert kept("act.revoke", Role.DM) is (Kept.NOT_YET if "act.revoke" in WAITING else Kept.YES)


def test_every_cell_has_its_words():
    with (sources.ROOT / "app/translations/hi/LC_MESSAGES/rights.po").open("rb") as file:
        said = {message.id for message in read_po(file, locale="hi")}
    cells = {cell for row in MATRIX.values() for cell in row.values()}
    wanted = {f"rights.row.{row}" for row in MATRIX} | {f"rights.reach.{cell.reach}" for cell in cells}
    assert wanted | {f"rights.narrow.{cell.narrow}" for cell in cells if cell.narrow} <= said
