"""Finished papers bound into one file, page behind page, to be printed in one go."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import pikepdf

if TYPE_CHECKING:
    from collections.abc import Iterable


def bound(files: Iterable[bytes]) -> bytes:
    """The pages of these PDF files in their order; the same files give the same bytes.

    What stands on the pages stays as it was drawn. A signature holds over its own file alone: its field is left out.
    """
    out = BytesIO()
    with pikepdf.new() as whole:
        for data in files:
            with pikepdf.open(BytesIO(data)) as one:
                whole.pages.extend(one.pages)
        for page in whole.pages:
            if pikepdf.Name.Annots in page:
                del page[pikepdf.Name.Annots]
        whole.save(out, deterministic_id=True)
    return out.getvalue()
