"""Each photo of a ZIP goes to the row that its name tells, by the way of a single photo; what fits none is named."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from app.domain.errors import NotAllowed
from app.domain.roles import Role
from app.services.intake import asked, enclosures, lodgements, photozips
from app.services.store.scopes import actor_scope
from tests import lodging
from tests.districts import NOW

if TYPE_CHECKING:
    from uuid import UUID

    from tests.journey import Journey

ONE, TWO = lodging.person(), lodging.person("अमित कुमार", "Amit Kumar", "15-03-1992")
THREE = lodging.person("सीता देवी", "Sita Devi", "15-03-1993")


def picture() -> bytes:
    held = io.BytesIO()
    Image.new("RGB", (300, 400), (120, 140, 160)).save(held, "JPEG")
    return held.getvalue()


def parcel(**files: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            made.writestr(name, data)
    return held.getvalue()


@pytest.fixture
def listed(journey: Journey) -> tuple[Journey, UUID, UUID]:
    """A department's letter with a judged list of three persons, in rows 2 to 4."""
    clerk = journey.staff.holder(Role.REQUESTER)
    letter = lodging.written(journey, clerk, NOW)
    return journey, letter, lodging.judged(journey, clerk, letter, lodging.sheet([ONE, TWO, THREE]), NOW)


def test_photos_go_to_their_rows_by_number_and_by_name_and_the_rest_is_named(
    listed: tuple[Journey, UUID, UUID],
) -> None:
    journey, letter, roster_id = listed
    clerk, photo = journey.staff.holder(Role.REQUESTER), picture()
    data = parcel(
        **{
            "फोटो/": b"",
            "__MACOSX/._2.jpg": b"x",
            "फोटो/002.jpg": photo,
            "फोटो/amit  KUMAR.JPG": photo,
            "99.jpg": photo,
            "male.jpg": photo,
            "4.jpg": b"\xff\xd8 no picture",
            "notes.txt": b"x",
        }
    )
    found = {each.name: each for each in photozips.place(journey.database, clerk, roster_id, data, NOW)}
    assert {name: each.number for name, each in found.items() if each.fault is None} == {
        "002.jpg": 2,
        "amit  KUMAR.JPG": 3,
    }
    faults = {name: each.fault.key for name, each in found.items() if each.fault is not None}
    assert faults["99.jpg"] == "photozip.no_row"
    assert faults["notes.txt"] == "photozip.no_photo"
    assert faults["4.jpg"].startswith("form.file_")
    assert faults.keys() == {"99.jpg", "male.jpg", "4.jpg", "notes.txt"}
    held = [
        journey.database.read(
            lambda rows, number=number: enclosures.of_person(rows, clerk, roster_id, number, NOW)[1].held,
            actor_scope(clerk),
        )["photo"]
        for number in (2, 3, 4)
    ]
    assert held == [1, 1, 0]
    photozips.place(journey.database, clerk, roster_id, parcel(**{"2.jpg": photo}), NOW)
    again = journey.database.read(
        lambda rows: enclosures.of_person(rows, clerk, roster_id, 2, NOW)[1].held, actor_scope(clerk)
    )
    assert again["photo"] == 1, "a photo takes the place of the one before"
    with pytest.raises(NotAllowed):
        photozips.place(journey.database, journey.staff.holder(Role.SHO), roster_id, data, NOW)
    lodgements.send(journey.database, clerk, letter, NOW)
    with pytest.raises(asked.Sent):
        photozips.place(journey.database, clerk, roster_id, data, NOW)


def test_a_parcel_that_is_none_or_unpacks_too_large_is_not_read(listed: tuple[Journey, UUID, UUID]) -> None:
    journey, _, roster_id = listed
    clerk = journey.staff.holder(Role.REQUESTER)
    bomb = parcel(**{f"{number}.jpg": bytes(9_900_000) for number in range(1, 18)})
    assert len(bomb) < 300_000
    for data, key in (
        (b"", "photozip.broken"),
        (b"PK\x03\x04 torn", "photozip.broken"),
        (bomb, "photozip.too_large"),
        (parcel(**{f"{number}.jpg": b"x" for number in range(photozips.MOST + 1)}), "photozip.too_many"),
    ):
        with pytest.raises(photozips.Refused) as refused:
            photozips.place(journey.database, clerk, roster_id, data, NOW)
        assert refused.value.key == key
    [large] = photozips.place(journey.database, clerk, roster_id, parcel(**{"3.jpg": bytes(11_000_000)}), NOW)
    assert large.fault is not None
    assert large.fault.key == "form.file_too_large"
