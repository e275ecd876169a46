"""Uploaded sheets: what is read of them, what is refused by name, and that nothing of them is a formula later."""

from __future__ import annotations

import threading
import zipfile
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from app import spreadsheets
from app.domain.legacyfont import is_legacy
from app.spreadsheets import apart

#: Of an entry of a ZIP's directory: where the size stands that its part unpacks to, and where its name begins.
_SIZE, _NAME = 24, 46


def book(*rows: list[Any], merged: str = "") -> bytes:
    made = Workbook()
    sheet: Any = made.active
    for row in rows:
        sheet.append(row)
    if merged:
        sheet.merge_cells(merged)
    kept = BytesIO()
    made.save(kept)
    return kept.getvalue()


def changed(data: bytes, name: str, content: bytes) -> bytes:
    """The same workbook with one part put in or written over."""
    kept = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as before, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as after:
        for part in before.namelist():
            if part != name:
                after.writestr(part, before.read(part))
        after.writestr(name, content)
    return kept.getvalue()


def claiming(data: bytes, size: int) -> bytes:
    """The same workbook whose directory says that its sheet unpacks to so many bytes."""
    name = b"xl/worksheets/sheet1.xml"
    at = data.rindex(name) - _NAME  # of the directory, which stands behind the parts
    return data[: at + _SIZE] + size.to_bytes(4, "little") + data[at + _SIZE + 4 :]


def refusal(data: bytes) -> str:
    with pytest.raises(spreadsheets.Refused) as refused:
        list(spreadsheets.rows(data))
    return refused.value.code


PLAIN = book(["नाम", "जन्म तिथि"], ["राम", "14-03-1998"])


def test_values_are_read_as_an_officer_sees_them():
    data = book(
        ["शीर्षक"],
        [],
        ["नाम", 841301, 841301.0, datetime(1998, 3, 14), date(1998, 3, 14), True, None, "  राम  "],  # noqa: DTZ001
    )
    assert list(spreadsheets.rows(data)) == [
        (1, ["शीर्षक"]),
        (3, ["नाम", "841301", "841301", "1998-03-14", "1998-03-14", "true", "", "राम"]),
    ]


def test_a_formula_is_its_text_and_is_never_worked_out():
    assert list(spreadsheets.rows(book(["=1+1", "b"]))) == [(1, ["=1+1", "b"])]


def test_csv_is_read_in_the_encodings_of_excel():
    wanted = [(1, ["नाम", "पिन"]), (2, ["राम", "841301"])]
    for text, encoding in (("नाम,पिन\r\nराम,841301\r\n", "utf-8-sig"), ("नाम\tपिन\nराम\t841301\n", "utf-16")):
        assert list(spreadsheets.rows(text.encode(encoding))) == wanted


def test_lines_without_a_text_end_a_list_like_the_rows_of_a_workbook():
    for blanks, found in ((500, 2), (501, 1)):
        assert len(list(spreadsheets.rows(b"a,b\n" + b",\n" * blanks + b"c,d\n"))) == found


def test_merged_cells_between_the_rows_are_named_and_a_merged_title_is_none():
    rows = [["सूची", ""], ["नाम", "ग्राम"], ["राम", "रामपुर"], ["श्याम", ""], ["मोहन", "x"]]
    with pytest.raises(spreadsheets.Refused) as refused:
        list(spreadsheets.rows(book(*rows, merged="B3:B4")))
    assert (refused.value.code, refused.value.where) == ("merged", "B3:B4")
    assert len(list(spreadsheets.rows(book(*rows, merged="A1:B1")))) == 5


BOMB = changed(PLAIN, "xl/worksheets/sheet1.xml", b"<worksheet>" + b" " * 70_000_000)
DTD = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "y">]><worksheet/>'


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "kind"),
        (b"just a line of text", "kind"),
        (b"%PDF-1.7, a, b", "kind"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 100, "old"),
        (b"PK\x03\x04 and nothing more", "broken"),
        (PLAIN[: len(PLAIN) // 2], "broken"),
        ("नाम,पिन\nराम,1\n".encode("utf-16-le"), "kind"),
        ("name,pin\nJos\u00e9,1\n".encode("latin-1"), "encoding"),
        (BOMB, "bomb"),
        (claiming(PLAIN, 1 << 30), "bomb"),
        (claiming(BOMB, 900), "broken"),
        (changed(PLAIN, "xl/media/image1.png", b"\0" * 60_000_001), "bomb"),
        (changed(PLAIN, "xl/worksheets/sheet1.xml", DTD), "broken"),
        (changed(PLAIN, "xl/worksheets/sheet1.xml", DTD.decode().encode("utf-16")), "broken"),
        (changed(PLAIN, "xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row><c"), "broken"),
        (changed(PLAIN, "xl/vbaProject.bin", b"x"), "macro"),
        (changed(PLAIN, "xl/externalLinks/externalLink1.xml", b"<x/>"), "macro"),
        (b"a,b\n" * (spreadsheets.MOST_ROWS + 100), "rows"),
        (b",".join([b"a"] * 200), "columns"),
        (b"a,b\n" * 3_000_000, "large"),
    ],
    # Not by size: a packed workbook has another one each second, and the processes must agree on the names of tests.
    ids=[
        "empty",
        "text",
        "pdf",
        "old-excel",
        "broken-zip",
        "half-a-workbook",
        "utf-16-text",
        "latin-1-text",
        "bomb",
        "says-it-is-1-GB",
        "bomb-that-says-it-is-small",
        "unpacks-to-60-MB",
        "entity",
        "entity-in-utf-16",
        "broken-xml",
        "macro",
        "external-link",
        "too-many-rows",
        "too-many-columns",
        "too-large",
    ],
)
def test_a_hostile_or_wrong_file_is_refused_by_name(data: bytes, code: str):
    assert refusal(data) == code


def of_styles(count: int) -> bytes:
    """A workbook of a few hundred kB with so many styles, all of which the library looks at first."""
    name = "xl/styles.xml"
    head, end, tail = zipfile.ZipFile(BytesIO(PLAIN)).read(name).partition(b"</cellXfs>")
    styles = (
        b'<xf numFmtId="%d" fontId="0" fillId="0" borderId="0"/>' % (place * 7919 % 100)
        for place in range(count)
    )
    return changed(PLAIN, name, head + b"".join(styles) + end + tail)


@pytest.mark.parametrize(
    ("name", "bound", "codes"),
    [("CPU_SECONDS", 1, {"bomb"}), ("MEMORY_BYTES", 220_000_000, {"bomb", "broken"})],
)
def test_a_workbook_that_takes_too_much_ends_its_own_program_only(
    monkeypatch: pytest.MonkeyPatch, name: str, bound: int, codes: set[str]
):
    """It passes every limit of size; sixty megabytes of styles would take half a minute and more than a gigabyte."""
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(apart, name, bound)
        assert refusal(of_styles(400_000)) in codes
    assert len(list(spreadsheets.rows(PLAIN))) == 2, "and the next file is read as ever"


def test_who_has_read_enough_ends_the_program():
    before = children()
    for _ in range(3):  # more than may run at once
        found = spreadsheets.rows(PLAIN)
        next(found)
        found.close()
    assert children() <= before


def children() -> set[str]:
    return set(Path(f"/proc/self/task/{threading.get_native_id()}/children").read_text().split())


def test_a_row_far_below_does_not_make_a_million_rows():
    sheet = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    for row, text in ((1, "x"), (1048576, "y")):
        cell = f'<c r="A{row}" t="inlineStr"><is><t>{text}</t></is></c>'
        sheet += f'<row r="{row}">{cell}</row>'.encode()
    sheet += b"</sheetData></worksheet>"
    assert list(spreadsheets.rows(changed(PLAIN, "xl/worksheets/sheet1.xml", sheet))) == [(1, ["x"])]


def test_a_list_given_back_tells_its_faults_beside_the_cells_and_runs_nothing():
    faulty = (["=HYPERLINK(1)", "84130"], {1: "6 अंकों का पिन कोड लिखें"}, ["पिन: 6 अंक", "PIN: 6 digits"])
    data = spreadsheets.marked("अभ्यर्थी", ["नाम", "पिन"], [faulty], ["त्रुटि", "Error"])
    assert list(spreadsheets.rows(data)) == [
        (1, ["नाम", "पिन", "त्रुटि", "Error"]),
        (2, ["=HYPERLINK(1)", "84130", "पिन: 6 अंक", "PIN: 6 digits"]),
    ]
    sheet: Any = load_workbook(BytesIO(data)).active
    assert sheet["A2"].data_type == "s", "what begins with = is a text"
    assert sheet["B2"].comment.text == "6 अंकों का पिन कोड लिखें"
    assert sheet["B2"].fill.fgColor.rgb == "FFFFC7CE"
    assert sheet["A2"].fill.fgColor.rgb != "FFFFC7CE"


def test_a_template_offers_its_choices_and_comes_back_empty():
    headings = [spreadsheets.Heading("लिंग", ["Gender", "आवश्यक"], is_needed=True, choices=["पुरुष", "महिला"])]
    data = spreadsheets.template("अभ्यर्थी", "संकेत", headings, 100)
    book_ = load_workbook(BytesIO(data))
    sheet: Any = book_["अभ्यर्थी"]
    (rule,) = sheet.data_validations.dataValidation
    assert (rule.type, str(rule.sqref), rule.formula1) == ("list", "A2:A101", "'सूचियाँ'!$A$1:$A$2")
    assert [cell.value for cell in book_["संकेत"][1]][:3] == ["लिंग", "Gender", "आवश्यक"]
    assert list(spreadsheets.rows(data)) == [(1, ["लिंग"])]


@pytest.mark.parametrize(
    ("text", "is_old"),
    [
        ("jke dqekj flag", True),
        ("fd'kksj", True),
        ("'kekZ", True),
        ("eks0 gkfen", True),
        ("lat; izlkn", True),
        ("jkT; ljdkj dk i=", True),
        ("foHkkx ds i= ds lkFk", True),
        ("Ram Kumar Singh", False),
        ("dk singh", False),
        ("letter of the department, ds singh signed", False),
        ("O'Neil D'Souza", False),
        ("McKay DeSilva", False),
        ("ABC1234567", False),
        ("naam@example.in", False),
        ("राम कुमार", False),
        ("A/12 Gandhi Nagar", False),
    ],
)
def test_a_text_of_the_old_font_is_noticed_and_no_latin_name_is_taken_for_one(text: str, *, is_old: bool):
    assert is_legacy(text) is is_old
