"""Signatures in papers (PAdES) and the keys that make them: the only room that knows pyHanko.

A key is a file's, a token's or the officer's own; what it signs was drawn and sealed by `app.papers`.
"""

from app.pades.certificate import Certificate, certificate_of, read_certificate
from app.pades.demokey import demo_key
from app.pades.errors import KeyRefused
from app.pades.ownkey import Prepared, prepare
from app.pades.signature import Signatory, Signature, open_key, sign, signatures, usable, whole_by
from app.pades.tokenkey import open_token

__all__ = [
    "Certificate",
    "KeyRefused",
    "Prepared",
    "Signatory",
    "Signature",
    "certificate_of",
    "demo_key",
    "open_key",
    "open_token",
    "prepare",
    "read_certificate",
    "sign",
    "signatures",
    "usable",
    "whole_by",
]
