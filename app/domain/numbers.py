"""Numbers that officers write and read: cases, letters, certificates. Digits of both scripts are understood."""

from __future__ import annotations

import re
from enum import StrEnum

MOBILE_DIGITS = 10
_CHECK = 97
_TO_ASCII = str.maketrans("०१२३४५६७८९", "0123456789")
_TO_DEVANAGARI = str.maketrans("0123456789", "०१२३४५६७८९")
#: The zero that ends a shortened word is a full stop: का० is no number.
_DOT, _HELD = re.compile(r"(?<=[\u0900-\u0963])०(?![०-९0-9])"), "\0"
_CASE = re.compile(r"([A-Z]{2,4})[/\- ](\d{4})[/\- ](\d{1,6})")
_SERIAL = re.compile(r"\d{1,6}", re.ASCII)
_CERTIFICATE = re.compile(r"([A-Z]{2,4})/CAV/(\d{4})/(\d{6})/(\d{2})", re.ASCII)


def case_number(code: str, year: int, serial: int) -> str:
    """SRN/2026/00001; gap-free per district and calendar year (IST)."""
    return f"{code}/{year}/{serial:05d}"


def parse_case_number(text: str) -> str | None:
    """The number as it is stored, from what was typed or stands in an address (SRN-2026-00001); else None."""
    found = _CASE.fullmatch(text.strip().translate(_TO_ASCII).upper())
    return case_number(found[1], int(found[2]), int(found[3])) if found else None


def parse_serial(text: str) -> int | None:
    """What an officer types of a case number whose district and year go without saying: 45, 00045; else None."""
    plain = text.strip().translate(_TO_ASCII)
    return int(plain) if _SERIAL.fullmatch(plain) else None


def as_searched(text: str) -> str:
    """A case number, or the last part of one, as it may stand in an address; empty for anything else."""
    serial = parse_serial(text)
    return parse_case_number(text) or ("" if serial is None else str(serial))


def spellings(text: str) -> tuple[str, ...]:
    """A letter's number as it may have been written: as it is here, and with the digits of either script."""
    held = _DOT.sub(_HELD, text)
    turned = (held.translate(digits).replace(_HELD, "०") for digits in (_TO_ASCII, _TO_DEVANAGARI))
    return tuple(dict.fromkeys((text, *turned)))


def in_address(number: str) -> str:
    """A case number as it stands in an address of the product."""
    return number.replace("/", "-")


def diary_number(year: int, serial: int) -> str:
    """<year>/<serial> of the office that received the letter."""
    return f"{year}/{serial}"


class Series(StrEnum):
    """Series of पत्रांक that an office has: of papers and of what is ordered about them, of letters between offices."""

    MEMO = "memo"
    LETTER = "letter"


class Outgoing(StrEnum):
    """What a पत्रांक is given to, as the register of outgoing numbers says it: no person, and no outcome."""

    TO_SP = "fwd_dm_to_sp"
    TO_THANA = "fwd_sp_to_thana"
    TO_DISTRICT = "other_district"
    RETURNED = "return_defect"
    HEARING = "hearing_notice"
    UNIT_REPORT = "unit_report"
    REMINDER = "reminder"
    SP_REPORT = "sp_report"
    PAPER = "paper"
    COPIES = "copies"
    REVOCATION = "revocation_order"
    CHANGE = "change_notice"
    REPLY = "consolidated_reply"


_SUBJECT = {Series.MEMO: "CHAR", Series.LETTER: "VER"}
LONGEST_PREFIX, LAST_FIRST = 24, 99_999
_PREFIX = re.compile(r"[A-Z0-9]+(?:[-/][A-Z0-9]+)*")


def usual_prefix(office_code: str, series: Series) -> str:
    """What stands before year and serial where nothing else was set: DM-GEN/CHAR, SP-CON/VER."""
    return f"{office_code}/{_SUBJECT[series]}"


def parse_prefix(text: str) -> str | None:
    """A prefix as it is kept, from what was typed: capitals and digits, parted by - or /; else None."""
    plain = text.strip().translate(_TO_ASCII).upper()
    return plain if len(plain) <= LONGEST_PREFIX and _PREFIX.fullmatch(plain) else None


def office_number(prefix: str, year: int, serial: int) -> str:
    """पत्रांक of a letter: DM-GEN/CHAR/2026/00017; gap-free per office, series and calendar year."""
    return f"{prefix}/{year}/{serial:05d}"


def parse_office_number(text: str) -> tuple[str, int, int] | None:
    """Prefix, year and serial of a पत्रांक of ours; None for anything else."""
    prefix, year, serial = (["", "", *text.rsplit("/", 2)])[-3:]
    is_ours = parse_prefix(prefix) == prefix and year.isdecimal() and serial.isdecimal()
    return (prefix, int(year), int(serial)) if is_ours else None


def certificate_number(code: str, year: int, serial: int) -> str:
    """SRN/CAV/2026/000123/NN, where NN (mod 97 of year and serial) catches a digit typed wrong or swapped."""
    return f"{code}/CAV/{year}/{serial:06d}/{_check_digits(year, serial):02d}"


def destruction_number(code: str, office: str, year: int, serial: int) -> str:
    """SRN/DM/DES/2026/0001: a list of what is destroyed, and the certificate that it was; gap-free per office."""
    return f"{code}/{office}/DES/{year}/{serial:04d}"


def parse_certificate_number(text: str) -> str | None:
    """The number as it is stored, from what was typed; None where it is malformed or its check digits disagree."""
    found = _CERTIFICATE.fullmatch(text.strip().translate(_TO_ASCII).upper())
    is_right = found is not None and int(found[4]) == _check_digits(int(found[2]), int(found[3]))
    return found[0] if found is not None and is_right else None


def _check_digits(year: int, serial: int) -> int:
    return _CHECK - (year * 1_000_000 + serial) * 100 % _CHECK
