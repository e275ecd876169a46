"""Any file on earth given to the import: read when it is a release, refused in words when it is not."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from app.domain.roles import Role
from app.services.deployment import packages
from app.services.procedure import releases
from tests.office import text_of
from tests.sources import ROOT

if TYPE_CHECKING:
    from tests.office import Office

SHIPPED = releases.read_folder(ROOT)
BOMB = b'<?xml version="1.0"?>' + b" " * 17_000_000


def zipped(files: dict[str, bytes]) -> bytes:
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as package:
        for name, data in files.items():
            package.writestr(name, data)
    return made.getvalue()


def lying(data: bytes) -> bytes:
    """A package whose heads claim that an entry is small."""
    small = struct.pack("<L", 10)
    return data.replace(struct.pack("<L", len(BOMB)), small)


def locked(data: bytes) -> bytes:
    """The same package with the sign of a password on every entry."""
    return data.replace(b"PK\x03\x04\x14\x00\x00\x00", b"PK\x03\x04\x14\x00\x01\x00").replace(
        b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00"
    )


HOSTILE = {
    "nothing": (b"", "पूरी .zip"),
    "no zip": (b"%PDF-1.7 not a package", "पूरी .zip"),
    "broken off": (zipped(SHIPPED)[:5000], "पूरी .zip"),
    "empty": (zipped({}), "कुछ नहीं"),
    "a way out of the folder": (zipped({"../../app/config.bpmn": b"x"}), "नाम नहीं"),
    "an absolute path": (zipped({"/etc/passwd": b"x"}), "नाम नहीं"),
    "a program": (zipped({"run.py": b"import os"}), "नाम नहीं"),
    "a name twice": (
        zipped({"visit.form": b"{}", "visix.form": b"{}"}).replace(b"visix", b"visit"),
        "दो बार",
    ),
    "a bomb": (zipped({"verification.bpmn": BOMB}), "16 MB"),
    "a bomb that lies": (lying(zipped({"verification.bpmn": BOMB})), "zip"),
    "a thousand files": (zipped({f"f{number}.form": b"{}" for number in range(1000)}), "200"),
    "a password": (locked(zipped({"visit.form": b"{}"})), "पासवर्ड"),
    "an entity": (
        zipped({"verification.bpmn": b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'}),
        "DOCTYPE",
    ),
    "no diagram": (zipped({"verification.bpmn": b"<html/>"}), "BPMN"),
    "half a diagram": (zipped({"verification.bpmn": SHIPPED["verification.bpmn"][:9000]}), "XML"),
}


def post(office: Office, data: bytes, title: str = "बाहर से") -> object:
    admin = office.at(Role.PROCESS_ADMIN)
    admin.get("/modeler")
    fields = {"title": title, "package": (BytesIO(data), "release.zip")}
    return admin.post("/modeler/import", fields, content_type="multipart/form-data")


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_release_is_refused_in_words(office: Office, name: str) -> None:
    data, word = HOSTILE[name]
    answer = post(office, data)
    assert answer.status_code == 422
    assert word in text_of(answer), name
    assert "कोई प्रस्ताव नहीं" in text_of(office.at(Role.PROCESS_ADMIN).get("/modeler"))


def test_what_went_out_comes_in_again_byte_for_byte(office: Office) -> None:
    admin = office.at(Role.PROCESS_ADMIN)
    sent_out = admin.get("/modeler/releases/1/export").data
    assert packages.unpack(office.database, sent_out) == SHIPPED
    assert packages.pack(SHIPPED) == sent_out, "equal content makes an equal file"
    answer = post(office, sent_out)
    assert answer.status_code == 303
    page = text_of(admin.get(answer.headers["Location"]))
    assert "कोई अंतर नहीं" in page
    assert zlib.crc32(admin.get(answer.headers["Location"] + "/export").data) == zlib.crc32(sent_out)


#: What a file may hold that unfolds, is named rightly and means nothing.
RUBBISH = {
    "visit.form": b"\x00\xff\xfe not json",
    "decide.form": b'{"components": 7}',
    "papers.json": b"[1, 2",
    "scenarios.json": b'{"scenarios": [{"key": 1}]}',
}


def test_a_package_of_rubbish_becomes_a_proposal_that_names_each_file_and_opens_on_every_page(
    office: Office,
) -> None:
    admin = office.at(Role.PROCESS_ADMIN)
    answer = post(office, zipped({**SHIPPED, **RUBBISH}))
    assert answer.status_code == 303
    address = answer.headers["Location"]
    page = text_of(admin.get(address))
    faults = page[page.index('id="checked"') : page.index('id="files"')]
    assert not [name for name in RUBBISH if name not in faults]
    seen = {
        f"{address}{where}"
        for where in (
            *("/compare", "/scenarios", "/trial", "/replay", "/export", "/tables/checks.dmn"),
            *(f"/files/{name}" for name in RUBBISH),
            *(f"/files/{name}/canvas" for name in ("visit.form", "decide.form", "verification.bpmn")),
            *("/files/verification.bpmn", "/files/verification.bpmn/steps/decide"),
        )
    }
    answers = {where: admin.get(where).status_code for where in sorted(seen)}
    assert all(status < 500 for status in answers.values()), answers
