"""Settings: from the environment and instance/config.py, judged once at the start; a bad value stops the start."""

from __future__ import annotations

import os
import re
import runpy
import shlex
import shutil
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parent.parent
FONTS = ROOT / "app" / "static" / "dist" / "fonts"  # where `make build` puts them
_YES, _NO = frozenset({"1", "true", "yes", "on"}), frozenset({"", "0", "false", "no", "off"})
LOCAL = ("127.0.0.1", "::1", "localhost")  # hosts that are this machine
_MAX_PORT = 65_535
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
MOST_DEMO_CASES = 43
_MAX_PROCESSES = 64
_DEBUG = "FLASK_DEBUG"  # the library's own switch, which it reads by itself
_OFFICER = "officer"  # in place of a key: whoever decides signs on his own machine
_OFFICE_KEY = re.compile(r"\d{1,6}-(dm|sp)")
_DATABASE = re.compile(r"(sqlite|postgresql)(\+[a-z]+)?://")


class SettingRefused(Exception):
    """A setting that the product cannot start with, said in both languages."""

    def __init__(self, name: str, hi: str, en: str) -> None:
        super().__init__(f"{name}: {hi} / {name}: {en}")
        self.name = name


@dataclass(frozen=True, slots=True)
class TokenKey:
    """A key on a token: the PKCS#11 module of its maker, the label of the token, and that of key and certificate."""

    module: Path
    token: str
    label: str

    def __str__(self) -> str:
        return f"{self.token}/{self.label}"


@dataclass(frozen=True, slots=True)
class ByHand:
    """Whoever decides signs with a key of his own on his own machine: none lies here."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that differs from one installation to another. Defaults are those of production, where safe."""

    instance: Path
    database_url: str
    port: int = 8000
    host: str = "127.0.0.1"
    demo: bool = False
    demo_cases: int = MOST_DEMO_CASES  # with how many of them the demo district begins
    secure: bool = False  # behind HTTPS: secure cookies, HSTS
    public_url: str = ""
    web_processes: int = 2  # on PostgreSQL; SQLite is served by one process that does everything
    worker_processes: int = 1
    papers_at_once: int = 2  # of a process with a worker, each by a program that takes one processor
    proxies: int = 0  # how many proxies stand before us and may name the client's address
    testing: bool = False  # cheap password hashes, the fixed key ring; of tests alone, no setting sets it
    fonts: Path = FONTS  # of the papers
    mail_url: str = ""  # smtp:// or smtps://, with user and password; empty: no e-mail leaves the house
    mail_from: str = ""
    sms_url: str = ""  # of the gateway, https://
    sms_header: str = ""  # sender id as registered with the operators (DLT)
    sms_token: str = ""
    #: "<LGD code>-<dm|sp>" -> a PKCS#12 file, a key on a token, or the deciding officer's own
    signature_keys: Mapping[str, Path | TokenKey | ByHand] = field(default_factory=dict)
    signature_passphrase: str = ""  # of the files; empty: one that the key ring gives
    signature_pin: str = ""  # of the tokens
    rsa_2048: bool = False  # whether keys of 112 bits of security sign and let in, too
    scanner: tuple[str, ...] = ()  # program and arguments; it reads a file from its standard input
    checkpoints_outside: Path | None = None  # a folder of another machine, where copies are only added
    sms_templates: str = ""  # kind=id,... as the texts are registered with the operators (DLT)

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def keys(self) -> Path:
        return self.instance / "keys" / "ring.json"

    @property
    def documents(self) -> Path:
        return self.instance / "documents"

    @property
    def checkpoints(self) -> Path:
        return self.instance / "checkpoints"

    @property
    def public_address(self) -> str:
        """What stands on papers before /verify/<code>."""
        return self.public_url or f"http://{self.host}:{self.port}"


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; the environment wins over instance/config.py. Raises SettingRefused."""
    outside = dict(os.environ if environment is None else environment)
    instance = Path(outside.get("INSTANCE") or "instance").absolute()
    values: dict[str, Any] = {**_from_file(instance / "config.py"), **outside}
    demo = _flag(values, "ESP_DEMO")
    host = str(values.get("HOST") or "127.0.0.1")
    if demo and host not in LOCAL:
        raise SettingRefused(
            "HOST",
            "डेमो केवल इसी कम्प्यूटर पर (127.0.0.1) चल सकता है",
            "demo mode serves this machine only (127.0.0.1)",
        )
    if not demo:
        _refuse_what_is_open(values, host)
    return Settings(
        instance=instance,
        database_url=_database(values, instance),
        web_processes=_number(values, "WEB_PROCESSES", _processors(), _MAX_PROCESSES),
        worker_processes=_number(values, "WORKER_PROCESSES", 1, _MAX_PROCESSES),
        papers_at_once=_number(values, "PAPERS_AT_ONCE", papers_at_once(), _MAX_PROCESSES),
        port=_number(values, "PORT", 8000, _MAX_PORT),
        host=host,
        demo=demo,
        demo_cases=_number(values, "DEMO_CASES", MOST_DEMO_CASES, MOST_DEMO_CASES, least=0),
        secure=_flag(values, "SECURE"),
        public_url=str(values.get("PUBLIC_URL") or "").rstrip("/"),
        proxies=_number(values, "PROXIES", 0, 5, least=0),
        fonts=Path(values.get("FONTS") or FONTS),
        scanner=_scanner(values),
        checkpoints_outside=Path(values["CHECKPOINTS_OUTSIDE"])
        if values.get("CHECKPOINTS_OUTSIDE")
        else None,
        signature_keys=_signature_keys(values, instance),
        signature_passphrase=str(values.get("SIGNATURE_PASSPHRASE") or ""),
        signature_pin=str(values.get("SIGNATURE_PIN") or ""),
        rsa_2048=_flag(values, "RSA_2048"),
        **_carriers(values),
    )


def _refuse_what_is_open(values: Mapping[str, Any], host: str) -> None:
    """Refuse a district whose officers would send passwords over an open line, or whose faults show themselves."""
    secure, public = _flag(values, "SECURE"), urlsplit(str(values.get("PUBLIC_URL") or ""))
    if secure and not (public.scheme == "https" and public.hostname):
        raise SettingRefused(
            "PUBLIC_URL",
            "SECURE=1 के साथ वह https:// पता लिखें जिससे अधिकारी आते हैं",
            "with SECURE=1 write the https:// address by which officers come",
        )
    if not secure and (host not in LOCAL or (public.hostname or "localhost") not in LOCAL):
        raise SettingRefused(
            "SECURE",
            "दूसरी मशीनों से केवल HTTPS से आया जाए: आगे प्रमाणपत्र वाला प्रॉक्सी रखें (docs/nginx.conf) और SECURE=1 लिखें",
            "other machines come over HTTPS alone: put a proxy with a certificate before it (docs/nginx.conf) and"
            " write SECURE=1",
        )
    if _flag(values, _DEBUG):
        raise SettingRefused(
            _DEBUG, "0 लिखें: दोष का भीतरी ब्योरा पृष्ठ पर न आए", "write 0: no page shows the inside of a fault"
        )


def _carriers(values: Mapping[str, Any]) -> dict[str, Any]:
    """What carries messages out of the house; a half-written setting is refused, not passed over."""
    names = ("MAIL_URL", "MAIL_FROM", "SMS_URL", "SMS_HEADER", "SMS_TOKEN", "SMS_TEMPLATES")
    found = {name: str(values.get(name) or "").strip() for name in names}
    if found["MAIL_URL"] and not re.match(r"smtps?://[^/\s]+$", found["MAIL_URL"]):
        raise SettingRefused(
            "MAIL_URL", "smtp://नाम:पासवर्ड@होस्ट:587 लिखें", "write smtp://name:password@host:587"
        )
    if bool(found["MAIL_URL"]) != bool(re.fullmatch(r"[^@\s]+@[^@\s]+", found["MAIL_FROM"])):
        raise SettingRefused(
            "MAIL_FROM", "MAIL_URL के साथ भेजने वाले का पता लिखें", "write the sender's address beside MAIL_URL"
        )
    if found["SMS_URL"] and not found["SMS_URL"].startswith("https://"):
        raise SettingRefused(
            "SMS_URL", "https:// से आरंभ होने वाला पता लिखें", "write an address that begins with https://"
        )
    if bool(found["SMS_URL"]) != bool(found["SMS_HEADER"]):
        raise SettingRefused(
            "SMS_HEADER", "SMS_URL के साथ DLT का प्रेषक नाम लिखें", "write the DLT sender id beside SMS_URL"
        )
    if not re.fullmatch(r"(\w+=\d+(,\w+=\d+)*)?", found["SMS_TEMPLATES"]):
        raise SettingRefused(
            "SMS_TEMPLATES",
            "reminder=1107…,digest=1107… जैसा लिखें",
            "write them like reminder=1107…,digest=1107…",
        )
    return {name.lower(): value for name, value in found.items()}


def _signature_keys(values: Mapping[str, Any], instance: Path) -> dict[str, Path | TokenKey | ByHand]:
    """The keys by which offices sign papers: a path below the instance folder, an absolute one, or a token's key."""
    text = str(values.get("SIGNATURE_KEYS") or "").strip()
    found = dict(part.strip().partition("=")[::2] for part in text.split(",")) if text else {}
    if all(_OFFICE_KEY.fullmatch(name) and path for name, path in found.items()):
        keys = {name: _key(path, instance) for name, path in found.items()}
        if any(isinstance(key, TokenKey) for key in keys.values()) and not values.get("SIGNATURE_PIN"):
            raise SettingRefused("SIGNATURE_PIN", "टोकन का PIN लिखें", "write the PIN of the token")
        return keys
    raise SettingRefused(
        "SIGNATURE_KEYS",
        "218-dm=keys/dm.p12,218-sp=keys/sp.p12 जैसा लिखें (जिले का LGD कोड, dm अथवा sp, PKCS#12 फाइल)",
        "write it like 218-dm=keys/dm.p12,218-sp=keys/sp.p12 (LGD code of the district, dm or sp, PKCS#12 file)",
    )


def _key(text: str, instance: Path) -> Path | TokenKey | ByHand:
    """A file, or what an address of the form `pkcs11:token=...;object=...?module-path=...` names (RFC 7512).

    `officer` names nobody's: whoever decides has his own.
    """
    if text == _OFFICER:
        return ByHand()
    if not text.startswith("pkcs11:"):
        return instance / text
    path, _, query = text.removeprefix("pkcs11:").partition("?")
    parts = {**dict(parse_qsl(path, separator=";")), **dict(parse_qsl(query, separator="&"))}
    module = Path(parts.get("module-path", ""))
    if parts.keys() == {"token", "object", "module-path"} and module.is_file():
        return TokenKey(module, parts["token"], parts["object"])
    raise SettingRefused(
        "SIGNATURE_KEYS",
        "टोकन की कुंजी pkcs11:token=नाम;object=नाम?module-path=/…/module.so जैसी लिखें; फाइल इस मशीन पर हो",
        "write a token's key like pkcs11:token=NAME;object=NAME?module-path=/.../module.so; the file must be there",
    )


def _scanner(values: Mapping[str, Any]) -> tuple[str, ...]:
    """The command that looks for viruses; one that is not on this machine would let no file in."""
    try:
        parts = shlex.split(str(values.get("SCANNER") or ""))
    except ValueError:
        parts = [""]
    program = shutil.which(parts[0]) if parts else None
    if parts and program is None:
        raise SettingRefused(
            "SCANNER",
            "ऐसा प्रोग्राम लिखें जो इस मशीन पर हो, जैसे clamdscan --stream -, अथवा खाली छोड़ें",
            "write a program that is on this machine, like clamdscan --stream -, or leave it empty",
        )
    return (program, *parts[1:]) if program else ()


def _from_file(path: Path) -> dict[str, Any]:
    """Names in capitals of instance/config.py; the administrator of the machine wrote it."""
    if not path.exists():
        return {}
    if path.stat().st_mode & _OTHERS_WRITE:
        raise SettingRefused(
            str(path),
            "इसमें दूसरे उपयोगकर्ता लिख सकते हैं; chmod go-w करें",
            "other users of the machine may write to it; run chmod go-w",
        )
    try:
        found = runpy.run_path(str(path))
    except Exception as error:
        raise SettingRefused(
            str(path), "यह फाइल पढ़ी नहीं जा सकी; इसे ठीक करें", f"cannot be read; put it right ({error})"
        ) from error
    return {name: value for name, value in found.items() if name.isupper()}


def _database(values: Mapping[str, Any], instance: Path) -> str:
    url = str(values.get("DATABASE_URL") or f"sqlite:///{instance / 'satyapan.db'}").strip()
    if _DATABASE.match(url):
        if not _flag(values, "ESP_DEMO") and not _is_reached_safely(url, str(values.get("PGSSLMODE") or "")):
            raise SettingRefused(
                "DATABASE_URL",
                "दूसरी मशीन के डेटाबेस के लिए पते के अंत में ?sslmode=verify-full लिखें",
                "end the address of a database on another machine by ?sslmode=verify-full",
            )
        return url
    raise SettingRefused(
        "DATABASE_URL",
        "postgresql://नाम:पासवर्ड@होस्ट/डेटाबेस लिखें, अथवा SQLite के लिए खाली छोड़ें",
        "write postgresql://name:password@host/database, or leave it empty for SQLite",
    )


def _is_reached_safely(url: str, sslmode: str) -> bool:
    """Whether the database is on this machine, or its certificate and name are checked."""
    parts = urlsplit(url)
    asked = dict(parse_qsl(parts.query))
    host = asked.get("host") or parts.hostname or ""
    return host.startswith("/") or host in ("", *LOCAL) or asked.get("sslmode", sslmode) == "verify-full"


def _processors() -> int:
    """As many processes for pages as the machine has processors, at least two: one may be restarted."""
    return min(max(os.cpu_count() or 1, 2), _MAX_PROCESSES)


def papers_at_once() -> int:
    """As many as the machine has processors, at most four: each takes 100 MB of memory."""
    return min(os.cpu_count() or 1, 4)


def _flag(values: Mapping[str, Any], name: str) -> bool:
    text = str(values.get(name, "")).strip().lower()
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise SettingRefused(name, "1 अथवा 0 लिखें", "write 1 or 0")


def _number(values: Mapping[str, Any], name: str, default: int, most: int, *, least: int = 1) -> int:
    text = str(values.get(name) or default).strip()
    if text.isdecimal() and least <= int(text) <= most:
        return int(text)
    raise SettingRefused(name, f"{least} से {most} तक की संख्या लिखें", f"write a number from {least} to {most}")
