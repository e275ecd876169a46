"""Where Indic text may be cut, and which of its characters may be drawn at all."""

from __future__ import annotations

import unicodedata

_JOINERS = "\u200c\u200d"
_VIRAMA = 9  # the canonical combining class of the virama of every script

_SPACES = "\t\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_PASTED = dict.fromkeys(_SPACES, " ") | {
    "\u2028": "\n",
    "\u2029": "\n",
    "\u2011": "-",
    "\u2012": "–",
    "\u2015": "—",
    "\u2044": "/",
    "№": "No.",
    "₨": "Rs.",
    "¼": "1/4",
    "½": "1/2",
    "¾": "3/4",
}


def clusters(text: str) -> list[str]:
    """Split text where a reader would: a matra stays with its letter, a half letter with the next."""
    found: list[str] = []
    for char in text:
        if found and (_clings(char) or _is_half(found[-1])):
            found[-1] += char
        else:
            found.append(char)
    return found


def _is_half(cluster: str) -> bool:
    return unicodedata.combining(cluster.rstrip(_JOINERS)[-1:] or " ") == _VIRAMA


def _clings(char: str) -> bool:
    return char in _JOINERS or unicodedata.category(char).startswith("M")


def printable(text: str) -> str:
    """Return NFC text without control and formatting characters, which could redraw a name in another order.

    Joiners stay, for spelling needs them; line ends stay, for they part paragraphs. A few letters pasted
    from word processors, which the fonts of the papers lack, are written out.
    """
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    return "".join(_PASTED.get(char, char) for char in composed if _is_drawn(char))


def _is_drawn(char: str) -> bool:
    if char in _JOINERS or char in "\n\t":
        return True
    return unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn"}


def masked(name: str) -> str:
    """Show a name as the public may see it: the first letter of each word, three stars for the rest."""
    return " ".join(clusters(word)[0] + "***" for word in name.split())
