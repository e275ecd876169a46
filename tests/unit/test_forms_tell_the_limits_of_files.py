"""What a form says about the size of files is what the server takes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from app.services.store.documents import MAX_BYTES, MAX_PDF_BYTES

FORMS = sorted(Path("forms").glob("*.form"))
PDF, PHOTO = MAX_PDF_BYTES // 1_000_000, MAX_BYTES // 1_000_000


def told(text: str) -> list[tuple[str, str]]:
    """Each kind of file with its megabytes, as a hint names them."""
    return re.findall(r"(PDF|फोटो|PNG|photos?)\D*?(?:up to |of up to )?(\d+) (?:एमबी|MB)", text)


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_a_hint_names_the_size_that_is_taken(path: Path) -> None:
    said = re.findall(
        r'"description(?:_en)?": "([^"]*(?:एमबी|MB)[^"]*)"',
        json.dumps(json.loads(path.read_text()), ensure_ascii=False),
    )
    for hint in said:
        limits = told(hint)
        assert limits, hint
        for kind, size in limits:
            assert int(size) == (PDF if kind == "PDF" else PHOTO), hint
