"""Whatever an answer chose from a list outside its form is read in words, also when nobody could choose it today."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from app import formjs
from app.domain.roles import Role
from app.domain.secrecy import CLASSES
from app.models.casefile import case_queries as cases
from app.models.scope import CaseScope
from app.services.casefile import options
from app.services.casefile.facts import CaseFacts
from app.services.district import gazetteer
from app.services.procedure import releases
from tests.districts import NOW
from tests.office import Office
from tests.rows import DISTRICT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from app.models.scope import Session

#: Lists whose choices are what they say.
PLAIN = frozenset({"name_variants"})


@pytest.fixture(scope="module")
def office(demo_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("chosen")
    (folder / "satyapan.db").write_bytes(demo_sqlite.read_bytes())
    made = Office(folder, NOW)
    yield made
    made.database.close()


def chosen(office: Office, session: Session, case: Any) -> dict[str, str]:
    """By list: a choice that an officer has made once, and that most lists do not offer now."""
    known, staff = CaseFacts(session, case, NOW), office.journey.staff
    thana = str(staff.offices(Role.SHO)["th_manjhi"])
    return {
        **dict.fromkeys(("thanas", "other_thanas"), thana),
        "enquiry_officers": str(
            staff.holder(Role.ENQUIRY_OFFICER, staff.offices(Role.SHO)["th_manjhi"]).officer_id
        ),
        "units": str(known.enquiries[0].id),  # it is still at work: to be asked again it must have answered
        "addresses": next(iter(str(row.id) for row in cases.addresses_of(session, case.id))),
        "purposes": "tenant",
        "disputed_rows": f"fir/{DISTRICT}/{thana}/2021/112",  # no unit tells of it any more
        "blocks": gazetteer.choices("blocks", DISTRICT)[0]["value"],
        **dict.fromkeys(("districts", "other_districts"), "213"),
        "states": gazetteer.choices("states")[0]["value"],
    }


def answered(field: formjs.Field, value: str) -> dict[str, Any]:
    """The answers of a form in which this field alone stands, as they are kept."""
    name, _, column = field.path.partition(".")
    if column:
        return {name: [{column: value}]}
    return {name: [value] if field.type == "checklist" else value}


def test_every_field_that_chooses_from_a_list_outside_is_read_in_words(office: Office) -> None:
    number = office.journey.new_case()
    office.journey.go_on(number, until="accept_enquiry")
    [task] = office.journey.waiting(number)

    def look(session: Session) -> list[tuple[str, str, str]]:
        case = cases.find(session, task.case_id)
        assert case is not None
        release, made = releases.load(session, case.release_id), chosen(office, session, case)
        known, found = CaseFacts(session, case, NOW), []
        for name, form in release.forms.items():
            for field in form.fields:
                if field.options_key and field.options_key not in PLAIN:
                    values = answered(field, made[field.options_key])
                    labels = options.labels(session, form, release, known, values)
                    [(_, said)] = formjs.show(form, values, labels, "hi", CLASSES)
                    found.append((f"{name}.{field.path}", made[field.options_key], said))
        return found

    told = office.database.read(look, CaseScope(DISTRICT, task.case_id))
    assert len(told) > 20
    raw = [(place, said) for place, value, said in told if value in said or not said.strip()]
    assert raw == []
