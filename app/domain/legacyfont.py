"""Texts of the old Hindi fonts (Kruti Dev): Latin signs that look Hindi in that font alone, and are nonsense here."""

from __future__ import annotations

import re

#: The commonest words of names and addresses as the font's keys spell them.
_WORDS = frozenset(
    """jke dqekj dqekjh flag nsoh izlkn çlkn çdk'k izdk'k 'kekZ oekZ xqIrk ;kno jk; >k feJ feJk ikaMs; ik.Ms;
    frokjh pkS/kjh 'kkg lkg lgk [kku [kkrwu csxe csxe vkye valkjh vUlkjh eks eqgEen ekSgEen eksgEen vyh gqlSu
    'ks[k iklooku ikloku Bkdqj Ekk¡>h ek¡>h ekW>h lkguh egrks jkor eaMy e.My ukFk yky jkuh fuokjh fnokjh
    jktho lat; vt; fot; euh'k eukst jkts'k jkds'k lqjs'k jes'k egs'k fnus'k lqfuy lquhy vfuy vuqi jfo v'kksd
    fd'kksj vkuan vkuUn lqjsUnz jktsUnz ohjsUnz t; t;fr iwtk lhrk xhrk lqfurk lquhrk vfurk vuhrk dkUrk
    fiz;adk usgk Jh Jherh Lo MkW firk ekrk ifr xkze xk¡o iks Fkkuk ftyk iz[kaM iz[k.M lkj.k Nijk fcgkj iqfyl
    iq:"k iqq:"k efgyk fganh fgUnh uke irk""".split()  # noqa: SIM905 - words read better than quotes
)
#: Signs of punctuation that the font's keys put between or behind letters, where no Latin word has them.
_WITHIN = re.compile(r"[a-zA-Z][;\[\]>?{}+~=|][a-zA-Z]|[a-z]Z[a-z;]|[a-zA-Z]'k|[\[?/'.\"]k[a-z]|[a-z]Z\b|ks0")
_DEVANAGARI = re.compile(r"[\u0900-\u097f]")
_LATIN = re.compile(r"[A-Za-z]")


def is_legacy(text: str) -> bool:
    """Whether a text was written in Kruti Dev: a word of the list, or its signs where no Latin word has them.

    It is a guess that asks to be looked at; it never changes a text.
    """
    if _DEVANAGARI.search(text) or not _LATIN.search(text) or "@" in text:
        return False
    words = text.split()
    return any(word in _WORDS for word in words) or _WITHIN.search(text) is not None
