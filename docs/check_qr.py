"""What the QR of a paper proves, without the district's server: `python check_qr.py TEXT KEY`.

TEXT is what any QR reader shows, KEY the line that https://<the district's server>/verify/key gives to everybody. It
needs Python and the library `cryptography`, nothing of e-Satyapan, and asks no network. With `--name` (as printed on
the paper) and `--born` (1998-03-14) it also tells whether the paper is of that person. Exit code 0: genuine.

The token behind the last point of the link is base 32: a head of 18 bytes (version, district, kind, days of issue and
of end since 1 January 2000, digest of the holder), the number in ASCII, and 64 bytes of an Ed25519 signature.
"""

import argparse
import struct
import sys
import unicodedata
from base64 import b32decode, b64decode
from datetime import date, timedelta
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

KINDS = ("report", "certificate", "report for a no-objection certificate")
HEAD = struct.Struct(">BIBHH8s")
VERSION = 1


def read(text: str, key: str) -> tuple[dict[str, object], bytes]:
    """The fields of a token that this key signed. Raises ValueError, InvalidSignature."""
    letters = text.strip().rpartition(".")[2].upper()
    data = b32decode(letters + "=" * (-len(letters) % 8))
    body, signature = data[:-64], data[-64:]
    Ed25519PublicKey.from_public_bytes(b64decode(key)).verify(signature, b"e-satyapan paper\0" + body)
    version, district, kind, issued, till, holder = HEAD.unpack(body[: HEAD.size])
    if version != VERSION:
        raise ValueError(version)
    return {
        "number": body[HEAD.size :].decode("ascii"),
        "kind": KINDS[kind],
        "district (LGD)": district,
        "issued on": day(issued),
        "valid till": day(till) if till else "no end",
    }, holder


def day(number: int) -> date:
    """A day from its count."""
    return date(2000, 1, 1) + timedelta(days=number)


def digest(name: str, born: str) -> bytes:
    """The holder as the token keeps him: of the name, however it is spaced, and the day of birth."""
    plain = " ".join(unicodedata.normalize("NFC", name).casefold().split())
    return sha256(f"{plain}|{born}".encode()).digest()[:8]


def main() -> int:
    """Check one token. -> the exit code."""
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("text")
    asked.add_argument("key")
    asked.add_argument("--name")
    asked.add_argument("--born", default="")
    given = asked.parse_args()
    try:
        fields, holder = read(given.text, given.key)
    except (ValueError, InvalidSignature, struct.error, IndexError):
        print("NOT GENUINE: this key did not sign it")
        return 1
    for name, value in fields.items():
        print(f"{name}: {value}")
    if given.name is not None and digest(given.name, given.born) != holder:
        print("NOT GENUINE for this name and date of birth")
        return 1
    print("genuine: whether it was revoked since, the district's page tells")
    return 0


if __name__ == "__main__":
    sys.exit(main())
