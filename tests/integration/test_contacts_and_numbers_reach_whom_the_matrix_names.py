"""A candidate's mobile, e-mail and EPIC number: whole, masked or not at all, as the matrix has it for the post."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from app.domain import secrecy
from app.domain.rights import MATRIX
from app.domain.roles import WITHOUT_CASES, Role
from tests.districts import NOW
from tests.office import Office, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

MOBILE, EMAIL, EPIC = "9876501234", "rahul@example.org", "ABC1234567"
MASKED = "•••4567"
READERS = [role for role in Role if role not in WITHOUT_CASES | {Role.REQUESTER}]


@pytest.fixture(scope="module")
def case(demo_sqlite: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, str, str]]:
    """A case at its enquiry, with contact and number: the office, the thana, the address of the case."""
    folder = tmp_path_factory.mktemp("contacts")
    (folder / "satyapan.db").write_bytes(demo_sqlite.read_bytes())
    office = Office(folder, NOW)
    thana = next(iter(office.journey.staff.offices(Role.SHO)))
    letter = office.journey.register()
    number = office.journey.add(letter, [thana], mobile=MOBILE, email=EMAIL, epic_no=EPIC)
    office.journey.go_on(number, "visit", "search_records")
    yield office, thana, f"/cases/{number.replace('/', '-')}"
    office.database.close()


@pytest.mark.parametrize(
    ("role", "shown", "number"),
    [
        (Role.DM, MOBILE, MASKED),
        (Role.DM_ASSISTANT, MOBILE, EPIC),
        (Role.SP_READER, MOBILE, MASKED),
        (Role.DCRB, "", ""),
        (Role.SHO, MOBILE, MASKED),
        (Role.THANA_MUNSHI, MOBILE, ""),
    ],
)
def test_a_page_of_a_case_shows_them_as_the_post_may_read(
    case: tuple[Office, str, str], role: Role, shown: str, number: str
) -> None:
    office, thana, address = case
    visitor = office.at(role, thana if role in (Role.SHO, Role.THANA_MUNSHI) else "")
    for page in (text_of(visitor.get(address)), text_of(visitor.get(f"{address}/print"))):
        assert (MOBILE in page) == bool(shown)
        assert (EPIC in page) == (number == EPIC)
    assert (EMAIL in page) == bool(shown)
    assert (MASKED in page) == (number == MASKED)


@pytest.mark.parametrize("role", READERS)
def test_every_post_is_treated_as_its_cell_says(role: Role) -> None:
    for key, row in (
        ("mobile", "see.case.contact"),
        ("email", "see.case.contact"),
        ("epic_no", "see.case.id_numbers"),
    ):
        cell = MATRIX[row].get(role)
        wanted = None if cell is None else MASKED if cell.reach == "M" else EPIC
        assert secrecy.told(role, key, EPIC) == wanted, (role, key)
    assert secrecy.told(role, "name_hi", "राहुल") == "राहुल"


def test_a_short_number_is_masked_whole() -> None:
    assert secrecy.told(Role.DM, "epic_no", "4567") == "•••"
