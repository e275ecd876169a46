"""Rules of security that hold for every file of the product; each failure says what to do instead."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from app.services.access.door import Doorkeeper
from tests import sources

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PRODUCT = [path for path in sources.below("app", suffix=".py") if "/migrations/" not in sources.name(path)]
SCRIPTS = [path for path in sources.below("frontend") if path.suffix in {".js", ".mjs"}]
TEMPLATES = sources.below("templates", suffix=".html")
#: The rooms that make ciphers and signatures, those of a signed paper, and the one that writes a public key out; the
#: room of passkeys only hears that a signature is wrong.
CIPHERS = {
    "app/crypto.py",
    "app/webauthn.py",
    "app/pades/demokey.py",
    "app/pades/signature.py",
    "app/papers/proof.py",
    "app/pades/certificate.py",
    "app/services/installation/checkpoints.py",
    "app/cli/papers.py",
}
#: RSA keys of 2048 bits sign papers by PKCS #1 v1.5 (RFC 8017, 8.2), where the operator has opened them.
SIGNED_PAPERS = "app/pades/certificate.py"
#: What sends the statements that SQLAlchemy has compiled, and conditions of indexes made of our own words on import.
COMPILED = {"app/models/session.py", "app/models/tables/clocks.py", "app/models/tables/workflow.py"}
#: Whose numbers are nobody's secret: made-up cases and walks, and how long the loser of a race waits.
DICE = {"app/services/demo/demo_crowd.py", "app/services/store/database.py", "app/engine/trial.py"}
#: Where one could guess, look through all people, or carry much away: by the budget that slows whoever does.
SLOWED = {
    "sign_in": {"newcomers.enter", "signin.enter", "signin.ask_passkey"},
    "search": {
        "hits.show",
        "hits.one",
        "crimes.find",
        "search.find",
        "accounts.find",
        "inbox.find",
        "finder.find",
        "record.find",
        "requisitions.find",
        "department.find",
    },
    "verify": {
        "verify.ask",
        "verify.by_birth",
        "verify.by_file",
        "verify.key",
        "verify.show",
        "verify.scanned",
    },
    "export": {"reports.ask_kept_file", "reports.ask_file", "reports.events"},
    "program": {
        "api.lodge",
        "api.send",
        "api.put_file",
        "api.put_persons_file",
        "api.listing",
        "api.one",
        "api.papers",
        "api.open_paper",
    },
}
#: The standard of the authenticator apps (RFC 6238) is built on SHA-1.
TOTP = "app/domain/totp.py"


def calls(*names: str) -> Iterator[tuple[str, ast.Call]]:
    """Every call of a function or method of these names: where it stands, and the call."""
    for path in PRODUCT:
        for node in ast.walk(sources.tree(path)):
            if isinstance(node, ast.Call):
                called = getattr(node.func, "attr", "") or getattr(node.func, "id", "")
                if called in names:
                    yield f"{sources.name(path)}:{node.lineno}", node


def imported() -> Iterator[tuple[str, str]]:
    """Every module that a module imports: who, and what."""
    for path in PRODUCT:
        for node in ast.walk(sources.tree(path)):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            yield from ((sources.name(path), name) for name in names)


def lines(paths: list[Path], pattern: str) -> list[str]:
    return [
        f"{sources.name(path)}:{number}"
        for path in paths
        for number, line in enumerate(sources.text(path).splitlines(), 1)
        if re.search(pattern, line)
    ]


def is_constant(node: ast.expr) -> bool:
    """Whether a text stands there as it is, or is one of two that do."""
    if isinstance(node, ast.IfExp):
        return is_constant(node.body) and is_constant(node.orelse)
    return isinstance(node, ast.Constant)


def test_no_statement_is_put_together_from_text() -> None:
    asked = calls("text", "exec_driver_sql", "literal_column")
    of_sql = [(where, call) for where, call in asked if "app/models" in where or "app/services" in where]
    built = [
        where
        for where, call in of_sql
        if call.args and not is_constant(call.args[0]) and not isinstance(call.func, ast.Attribute)
    ]
    built += [
        where
        for where, call in of_sql
        if getattr(call.func, "attr", "") == "exec_driver_sql" and not is_constant(call.args[0])
    ]
    places = {where.partition(":")[0] for where in built}
    assert places <= COMPILED, f"Values go into a statement as parameters: {built}"


def test_no_sign_passes_for_a_number_that_is_none() -> None:
    asked = [where for where, _ in calls("isdigit", "isnumeric")]
    assert not asked, f"² is a digit, and int() refuses it: take text.whole_number, or isdecimal: {asked}"


def test_no_path_through_xml_is_put_together_from_text() -> None:
    built = [where for where, call in calls("xpath") if call.args and isinstance(call.args[0], ast.JoinedStr)]
    assert not built, f"Values go into an XPath as variables: {built}"


def test_no_program_is_started_through_a_shell() -> None:
    def by_shell(call: ast.Call) -> bool:
        return any(each.arg == "shell" for each in call.keywords)

    started = [where for where, call in calls("run", "Popen", "call", "check_output") if by_shell(call)]
    started += [where for where, call in calls("system", "popen") if "os" in ast.unparse(call.func)]
    assert not started, f"Start a program by a list of its arguments: {started}"


def test_no_weak_hash_is_used() -> None:
    weak = lines(PRODUCT, r"\b(md5|sha1)\b")
    assert {each.partition(":")[0] for each in weak} <= {TOTP}, f"Take sha256: {weak}"


def test_only_one_room_makes_ciphers_and_signatures() -> None:
    rooms = {who for who, what in imported() if what.partition(".")[0] in {"cryptography", "nacl", "Crypto"}}
    assert rooms <= CIPHERS, f"Seal and sign through app/crypto.py: {sorted(rooms - CIPHERS)}"
    weak = lines(PRODUCT, r"\b(ECB|CBC|PKCS1v15|Blowfish|ARC4|TripleDES)\b")
    assert {each.partition(":")[0] for each in weak} <= {SIGNED_PAPERS}, f"AES-GCM and Ed25519 alone: {weak}"
    assert not lines([sources.ROOT / SIGNED_PAPERS], r"\b(encrypt|decrypt|ECB|CBC)\b")


def test_random_values_come_from_the_machines_secret_source() -> None:
    rolled = {who for who, what in imported() if what.partition(".")[0] == "random"}
    assert rolled == DICE, "What nobody may guess comes from `secrets`"


def test_nothing_is_read_that_could_run_by_being_read() -> None:
    readers = {"pickle", "marshal", "shelve", "dill", "yaml", "xml"}
    found = [
        f"{who}: {what}"
        for who, what in imported()
        if what.partition(".")[0] in readers and what != "xml.sax.saxutils"  # which only escapes
    ]
    assert not found, f"Keep JSON; read XML by app/engine/xml.py: {found}"


def test_xml_is_read_in_the_room_that_refuses_what_it_could_fetch() -> None:
    reads = {where.partition(":")[0] for where, _ in calls("fromstring", "XML", "XMLParser")}
    assert reads <= {"app/engine/xml.py"}, f"Read XML by app/engine/xml.py: {sorted(reads)}"


def test_the_program_never_runs_in_debug_mode() -> None:
    found = lines(PRODUCT, r"debug\s*=\s*True|\.debug\s*=|FLASK_DEBUG\W*=")
    assert not found, f"A page of faults shows what was in hand: {found}"


def test_no_browser_script_writes_markup() -> None:
    found = lines(
        SCRIPTS, r"(inner|outer)HTML\s*\+?=[^=]|insertAdjacentHTML|document\.write|createContextualFragment"
    )
    assert not found, f"Make elements and set textContent: {found}"


def test_no_browser_script_fills_an_object_that_has_a_prototype() -> None:
    """A key that comes from a page or a file may be `__proto__`; what has no prototype takes it as any other."""
    in_browser = [path for path in SCRIPTS if path.name != "build.mjs"]
    found = lines(in_browser, r"=\s*\{\s*\};|Object\.assign\(\{\}|__proto__")
    assert not found, f"Take a Map or Object.create(null): {found}"


def test_no_script_keeps_anything_in_the_browser_but_the_one_that_seals_it() -> None:
    """What kept.js puts away is sealed under a key of the server; a browser test reads what lies there."""
    found = lines(SCRIPTS, r"localStorage|sessionStorage|indexedDB|document\.cookie")
    found = [each for each in found if not each.startswith("frontend/kept.js")]
    assert not found, f"Drafts are kept on the server: {found}"
    kept = [path for path in SCRIPTS if path.name == "kept.js"]
    assert not lines(kept, r"localStorage|sessionStorage|document\.cookie|caches\b")


def test_every_password_box_hides_what_is_typed_and_takes_what_is_pasted() -> None:
    boxes = [
        box
        for path in TEMPLATES
        for box in re.findall(r"<input[^>]*\bname=\"(?:password|again|current)\"[^>]*>", sources.text(path))
    ]
    assert boxes
    assert all('type="password"' in box and "autocomplete=" in box for box in boxes)
    assert not lines(TEMPLATES, r"onpaste|oncopy"), "Whoever keeps a long password pastes it"


def test_every_page_has_a_way_out() -> None:
    def template(name: str) -> str:
        return sources.text(sources.ROOT / "templates" / "frame" / f"{name}.html")

    assert 'url_for("signin.leave")' in template("officer")
    assert '{% if actor %}{% include "frame/officer.html" %}' in template("head")
    assert '{% include "frame/head.html" %}' in template("layout")
    screens = [path for path in TEMPLATES if 'url_for("signin.leave")' not in sources.text(path)]
    framed: Callable[[Path], bool] = lambda path: '{% extends "frame/layout.html" %}' in sources.text(path)  # noqa: E731
    whole = [path for path in screens if "<html" in sources.text(path) and "papers" not in path.parts]
    assert all(framed(path) or path.name == "layout.html" for path in whole)


def test_passwords_are_hashed_dearly_outside_the_demo() -> None:
    hasher = Doorkeeper()._hasher
    assert (hasher.memory_cost, hasher.time_cost, hasher.type.name) == (65_536, 3, "ID")


def test_whoever_guesses_searches_or_carries_away_is_slowed_at_every_such_address() -> None:
    """That a budget does slow is proven where papers are checked and statements taken."""
    found: dict[str, set[str]] = {}
    for path in sources.below("app/web", suffix=".py"):
        for node in ast.walk(sources.tree(path)):
            for mark in getattr(node, "decorator_list", ()):
                if isinstance(mark, ast.Attribute) and getattr(mark.value, "id", "") == "limits":
                    found.setdefault(mark.attr, set()).add(f"{path.stem}.{getattr(node, 'name', '')}")
    assert found == SLOWED
