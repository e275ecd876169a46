"""What the files of a release are called on pages: by what stands in them, not by the names of files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.services.deployment import vocabulary
from app.services.procedure import releases
from app.web.frame import language

if TYPE_CHECKING:
    from collections.abc import Mapping


def titles(contents: Mapping[str, bytes]) -> dict[str, str]:
    """File -> its title in the page's language; what bears none is called by what kind of file it is."""
    known = vocabulary.titles(contents)
    return {
        name: language.choose(*known[name])
        if name in known
        else language.word("title", releases.kind_of(name))
        for name in contents
    }
