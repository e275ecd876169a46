"""XML from outside, read without trust: bounded, without DOCTYPE, entities, instructions or network."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lxml import etree

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_BYTES = 2_000_000
MAX_ELEMENTS = 20_000
#: The recursive parser of the engine meets Python's limit long before libxml2's own cap of 256.
MAX_DEPTH = 40

_DECLARED_ENCODING = re.compile(rb"""^\s*<\?xml[^>]{0,100}?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")


class XmlRefused(ValueError):
    """The bytes are not an XML document that this system reads.

    `code` is one of empty, too_large, encoding, doctype, malformed, instruction, too_deep, too_many.
    """

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.params = code, params


def load_xml(data: bytes) -> _Element:
    """Return the root of the document or raise XmlRefused; comments go, nothing is fetched or expanded."""
    _check_bytes(data)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=False,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise XmlRefused("malformed", line=error.lineno or 1) from error
    except (ValueError, LookupError) as error:
        raise XmlRefused("malformed", line=1) from error
    _check_tree(root)
    return root


def _check_bytes(data: bytes) -> None:
    """Refuse by the bytes alone what no parser should see."""
    if not data.strip():
        raise XmlRefused("empty")
    if len(data) > MAX_BYTES:
        raise XmlRefused("too_large", limit=MAX_BYTES)
    declared = _DECLARED_ENCODING.match(data.removeprefix(b"\xef\xbb\xbf"))
    if declared and declared[1].lower() not in {b"utf-8", b"us-ascii", b"ascii"}:
        raise XmlRefused("encoding")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise XmlRefused("encoding") from error
    if b"\0" in data:
        raise XmlRefused("encoding")
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise XmlRefused("doctype")


def _check_tree(root: _Element) -> None:
    """Refuse what is well-formed, but too deep, too many, or no element (entities, instructions)."""
    if root.getprevious() is not None or root.getnext() is not None:
        raise XmlRefused("instruction")
    depth = count = 0
    for event, node in etree.iterwalk(root, events=("start", "end", "pi", "comment")):
        if event == "end":
            depth -= 1
            continue
        if event == "pi" or not isinstance(node.tag, str):
            raise XmlRefused("instruction", line=node.sourceline)
        depth, count = depth + 1, count + 1
        if depth > MAX_DEPTH:
            raise XmlRefused("too_deep", limit=MAX_DEPTH)
        if count > MAX_ELEMENTS:
            raise XmlRefused("too_many", limit=MAX_ELEMENTS)


def local_name(element: _Element) -> str:
    """The name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def text_at(element: _Element, path: str) -> str:
    """The text of what is found there, in single blanks; empty when nothing is."""
    return " ".join((element.findtext(path) or "").split())
