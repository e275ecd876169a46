"""What may be wrong with a list, its rows or its way here is told in both languages, and nothing of it stays."""

from __future__ import annotations

import re
import tempfile
from io import BytesIO, RawIOBase
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from app import spreadsheets
from app.domain.roles import Role
from app.models.intake.rosters import roster, roster_row
from app.services.intake import rosterwork
from tests.districts import NOW
from tests.hostile.test_sheets_are_read_without_trust import book, claiming
from tests.integration.test_a_list_of_candidates_becomes_cases import HEADS, PIN, person, sheet
from tests.office import MULTIPART, Office, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import ColumnElement
    from werkzeug.test import TestResponse

GIGABYTE = 1 << 30
KRUTI_DEV = ("jke dqekj", "vfer flag", "lquhy dqekj", "iwtk dqekjh", "eukst dqekj", "fou; 'kekZ")
#: What is wrong with a file as a whole, and words of what is said of it.
FILES: dict[str, tuple[bytes, str, str]] = {
    "merged cells": (
        book(HEADS, person(0), person(1), person(2), person(3), merged="I3:I4"),
        "मिले हुए (merged) सेल हैं: I3:I4",
        "merged cells: I3:I4",
    ),
    "a sheet that says it is 1 GB": (
        claiming(sheet([person(0)]), GIGABYTE),
        "खुलने पर बहुत बड़ी हो जाती है",
        "unpacks far too large",
    ),
    "the old font": (
        sheet([person(place, NAME_HI=text) for place, text in enumerate(KRUTI_DEV)]),
        "कृतिदेव फॉन्ट में लिखे हैं",
        "Kruti Dev",
    ),
    "half a workbook": (sheet([person(0)])[:900], "फाइल खराब है", "is damaged"),
}


class Clerk:
    """The DM's assistant with a letter before him, who reads Hindi or English."""

    def __init__(self, office: Office) -> None:
        self.office, self.browser = office, office.at(Role.DM_ASSISTANT)
        self.letter = office.journey.register(candidate_count=40)
        self.address = f"/requisitions/{self.letter}/lists"

    def reads(self, language: str) -> None:
        self.browser.get(self.address)
        self.browser.post("/account/language", {"language": language, "next": self.address})

    def hands_in(self, data: bytes) -> TestResponse:
        self.browser.get(self.address)
        return self.browser.post(self.address, {"list": (BytesIO(data), "list.xlsx")}, **MULTIPART)

    def sends(self, body: Any, **headers: Any) -> TestResponse:
        """Send a form as it lies on the line, to a server that ends a body where the line ends."""
        self.browser.get(self.address)
        return self.browser.client.post(
            self.address,
            input_stream=body,
            content_type="multipart/form-data; boundary=half",
            environ_overrides={"wsgi.input_terminated": True, **headers},
        )

    def form(self, data: bytes) -> bytes:
        """The form of a list as a browser writes it."""
        token = self.browser._token
        head = b'--half\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
        own = head % (b"csrf_token", b"", token.encode())
        return own + head % (b"list", b'; filename="list.xlsx"', data) + b"--half--\r\n"

    def lists(self) -> int:
        wanted = select(func.count()).select_from(roster).where(roster.c.requisition_id == self.letter)
        with self.office.database.engine.connect() as connection:
            return int(connection.execute(wanted).scalar_one())


@pytest.fixture(scope="module")
def clerk(demo_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clerk]:
    folder = tmp_path_factory.mktemp("bad")
    (folder / "satyapan.db").write_bytes(demo_sqlite.read_bytes())
    office = Office(folder, NOW)
    yield Clerk(office)
    office.database.close()


def alert(answer: TestResponse) -> str:
    return text_of(answer).partition('role="alert"')[2].partition("</div>")[0]


def main(answer: TestResponse) -> str:
    return text_of(answer).partition("<main")[2].partition("</main>")[0]


@pytest.mark.parametrize("language", ["hi", "en"])
def test_a_file_that_is_no_list_is_refused_with_what_to_do(clerk: Clerk, language: str) -> None:
    clerk.reads(language)
    before = clerk.lists()
    for name, (data, *said) in FILES.items():
        answer = clerk.hands_in(data)
        assert answer.status_code == 422, name
        assert said[language == "en"] in alert(answer), name
    assert clerk.lists() == before


def test_each_faulty_cell_is_told_in_both_languages_on_the_page_and_in_the_sheet(office: Office) -> None:
    clerk = Clerk(office)
    rows = [
        person(0, DOB="14/3/1990"),
        person(1, DOB="१५.०३.१९९१"),
        person(2, DOB="14-03-98"),
        person(3, DOB="35868"),
        person(4, MOBILE="=A1&B1"),
        person(5, THANA="कहीं नहीं"),
        person(6, NAME_HI="jke dqekj"),
        person(0, DOB="14/3/1990"),
        person(3, DOB="14/3/1990", NAME_EN="Rahul Kumar", PIN="84130"),
    ]
    address = judged(clerk, sheet(rows))
    wanted = {
        "hi": {
            4: "दिन, माह और वर्ष तीनों अंकों में लिखें",
            5: "“35868” वह संख्या है जिसमें Excel तिथि रखता है",
            6: "यहाँ सूत्र (formula) है",
            7: "“कहीं नहीं” प्रपत्र की सूची में नहीं है",
            8: "कृतिदेव फॉन्ट में लिखा है",
            10: "संभावित दोहरी प्रविष्टि: पंक्ति 2 जैसी",
        },
        "en": {
            4: "Write day, month and year in digits, as 05 11 2026",
            5: "“35868” is the number that Excel keeps for a date",
            6: "Here is a formula",
            7: "“कहीं नहीं” is not in the form's list",
            8: "written in the Kruti Dev font",
            10: "Perhaps entered twice: like row 2",
        },
    }
    twice = {"hi": "पंक्ति 2 जैसी", "en": "like row 2"}
    for language, faults in wanted.items():
        clerk.reads(language)
        found = main(clerk.browser.get(address)).replace("&#39;", "'")
        cells = re.findall(
            r'<td role="cell" class="number">\D*(\d+)\D*?</td>\s*<td[^>]*>(.*?)</td>', found, re.DOTALL
        )
        told = {int(number): text for number, text in cells}
        assert told.keys() == faults.keys(), "the dates of rows 2 and 3 are read as they are written"
        assert {number: told[number] for number, text in faults.items() if text not in told[number]} == {}
        assert twice[language] in found, "the person of row 9 stands in row 2 already"
    back = clerk.browser.get(f"{address}/faults").data
    for row, (_, texts) in zip(wanted["hi"], list(spreadsheets.rows(back))[1:], strict=True):
        beside = " ".join(texts[len(HEADS) :])
        assert wanted["hi"][row] in beside
        assert wanted["en"][row] in beside


def judged(clerk: Clerk, data: bytes) -> str:
    """Hand a list in, say that its columns mean what they seem to, and have it judged; -> its address."""
    address = clerk.hands_in(data).headers["Location"]
    page = text_of(clerk.browser.get(address))
    chosen = re.findall(r'name="(column-\d+)">.*?value="([^"]+)" selected', page, re.DOTALL)
    assert clerk.browser.post(f"{address}/columns", dict(chosen)).status_code == 303
    going_on = text_of(clerk.browser.get(address))
    assert f'<meta http-equiv="refresh" content="5;url={address}?again=1">' in going_on, "without scripts too"
    while rosterwork.go_on(clerk.office.database, NOW):
        pass
    assert 'http-equiv="refresh"' not in text_of(clerk.browser.get(address))
    return address


def test_one_fault_of_many_rows_stands_once_on_the_page_and_in_every_row_of_the_sheet(clerk: Clerk) -> None:
    heads = [*HEADS, "क्या कभी गिरफ्तार, अभियोजित या दोषसिद्ध हुए/हुई? (स्व-घोषणा)", "हस्ताक्षरित स्व-घोषणा संलग्न है"]
    rows = [[*person(place), "नहीं", "हाँ" if place in (2, 9) else ""] for place in range(12)]
    rows[4][PIN] = "84130"
    clerk.reads("hi")
    address = judged(clerk, book(heads, *rows))
    found = main(clerk.browser.get(address))
    assert "10 पंक्तियाँ: 2–3, 5–10, 12–13" in found
    assert found.count("सेल में “हाँ” लिखें") == 1
    assert "निशान लगाएँ" not in found, "a sheet has no tick"
    assert re.findall(r"पंक्ति (\d+)</td>", found) == ["6"], "what is wrong in one row alone stands at its row"
    back = list(spreadsheets.rows(clerk.browser.get(f"{address}/faults").data))[1:]
    assert [any("सेल में “हाँ” लिखें" in text for text in texts) for _, texts in back] == [True] * 10
    shown = tables(found)
    change(clerk, address, roster_row.c.number.not_in((2, 6)), faults=b"not to be opened")
    assert tables(main(clerk.browser.get(address))) == shown, (
        "of the ten one was opened, and the one told by itself"
    )
    change(clerk, address, roster_row.c.number.not_in((2, 6)), marks=b"", faults=None, state="good")
    change(clerk, address, roster_row.c.number.in_((2, 6)), marks=None)
    earlier = main(clerk.browser.get(address))
    assert re.findall(r"पंक्ति (\d+)</td>", earlier) == ["2", "6"], (
        "judged before there were marks: told by itself"
    )


def tables(page: str) -> list[str]:
    return re.findall(r"<table.*?</table>", page, re.DOTALL)


def change(clerk: Clerk, address: str, where: ColumnElement[bool], **values: Any) -> None:
    """Change rows of a list behind the program's back."""
    of_list = roster_row.c.roster_id == UUID(address.rpartition("/")[2])
    with clerk.office.database.engine.begin() as connection:
        connection.execute(update(roster_row).where(of_list, where).values(**values))


@pytest.mark.parametrize("cut", ["line", "browser"])
def test_an_upload_that_comes_by_half_is_told_and_leaves_nothing(clerk: Clerk, cut: str) -> None:
    whole = clerk.form(sheet([person(0)]))
    half = whole[: len(whole) // 2]
    length = {"CONTENT_LENGTH": str(len(whole if cut == "line" else half))}
    before, said = clerk.lists(), {"hi": "पूरी नहीं पहुँची", "en": "did not arrive whole"}
    for language, words in said.items():
        clerk.reads(language)
        answer = clerk.sends(BytesIO(half), **length)
        assert answer.status_code == 400
        assert words in main(answer)
        assert {"hi": "फाइल फिर से चुनें", "en": "Choose the file again"}[language] in main(answer)
    assert clerk.lists() == before
    clerk.reads("hi")
    sent = clerk.form(sheet([person(0)]))
    assert clerk.sends(BytesIO(sent), CONTENT_LENGTH=str(len(sent))).status_code == 303, (
        "sent again, it is taken"
    )


def test_typed_words_that_come_by_half_are_not_taken_for_the_whole(clerk: Clerk) -> None:
    clerk.reads("hi")
    clerk.browser.get("/requisitions/new")
    body = f"csrf_token={clerk.browser._token}&_op=draft&letter_no=112/2026&requesting_address=Patna".encode()
    answer = clerk.browser.client.post(
        "/requisitions/new",
        input_stream=BytesIO(body[:-6]),
        content_type="application/x-www-form-urlencoded",
        environ_overrides={"wsgi.input_terminated": True, "CONTENT_LENGTH": str(len(body))},
    )
    assert answer.status_code == 400
    assert "पूरी नहीं पहुँची" in main(answer)
    assert "112/2026" not in main(clerk.browser.get("/requisitions/new"))


class Endless(RawIOBase):
    """A line on which the file never ends; `given` counts what was taken of it."""

    def __init__(self, begins: bytes) -> None:
        self.left, self.given = begins, 0

    def readable(self) -> bool:
        return True

    def tell(self) -> int:  # the test client looks how long a body is
        return 0

    def seek(self, _to: int, _from: int = 0) -> int:
        return 0

    def readinto(self, into: Any) -> int:
        size = len(into)
        piece = self.left[:size] or b"0" * size
        self.left = self.left[size:]
        into[: len(piece)] = piece
        self.given += len(piece)
        return len(piece)


def test_an_upload_without_an_end_is_stopped_at_the_limit_and_never_lies_on_the_disk(
    clerk: Clerk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    limit = 3_000_000
    monkeypatch.setitem(clerk.office.app.config, "MAX_CONTENT_LENGTH", limit)
    before = clerk.lists()
    for language, words in {"hi": "फाइल बहुत बड़ी है", "en": "The file is too large"}.items():
        clerk.reads(language)
        line = Endless(clerk.form(b"PK\x03\x04").removesuffix(b"\r\n--half--\r\n"))
        answer = clerk.sends(line, HTTP_TRANSFER_ENCODING="chunked")
        assert answer.status_code == 413
        assert words in main(answer)
        assert line.given <= limit
    announced = Endless(b"")
    assert clerk.sends(announced, CONTENT_LENGTH=str(GIGABYTE)).status_code == 413
    assert announced.given == 0, "what says that it is too large is not even begun"
    assert list(tmp_path.iterdir()) == []
    assert clerk.lists() == before
