"""In which form a text is said: of one thing, or of many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from gettext import NullTranslations


def text(catalogue: NullTranslations, key: str, params: Mapping[str, Any]) -> str:
    """The catalogue's text under a key, in the form that `count` among its parameters asks for; else the key itself.

    A count comes as a number or already grouped, as it is shown. What has one form alone is said in that.
    """
    if "count" in params and str(params["count"]) != "1":
        many = catalogue.ngettext(key, key, 2)
        if many != key:
            return many
    return catalogue.gettext(key)
