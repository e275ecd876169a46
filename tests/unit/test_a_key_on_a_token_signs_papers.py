"""A key that never leaves its token signs papers (PKCS#11); a token that is gone, or its wrong PIN, is told."""

from __future__ import annotations

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING

import pikepdf
import pkcs11
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12
from pkcs11 import Attribute
from pkcs11.util.x509 import decode_x509_certificate

from app import pades
from app.config import SettingRefused, TokenKey, load
from app.pades import tokenkey
from app.services.store.officekeys import OfficeKeys
from tests import programs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = datetime(2026, 11, 23, 12, 10, 5, tzinfo=UTC)
TOKEN, PIN = "DM Saran", "246810"
SARAN = 218
KINDS = ("ec", "rsa", "rsa-2048")


@dataclass(frozen=True)
class Token:
    """A token with a key of each kind, labelled by its kind."""

    module: Path
    folder: Path

    def key(self, label: str, token: str = TOKEN) -> TokenKey:
        return TokenKey(self.module, token, label)

    def pull_out(self) -> None:
        self._move(self.folder, self.folder.with_name("pocket"))

    def put_in(self) -> None:
        self._move(self.folder.with_name("pocket"), self.folder)

    def _move(self, there: Path, here: Path) -> None:
        here.mkdir(exist_ok=True)
        for each in there.iterdir():
            each.rename(here / each.name)


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Token]:
    module = programs.softhsm()
    if module is None:
        if os.environ.get("CI") == "true":
            pytest.fail("softhsm2 is missing: signing by a token was not tested")
        pytest.skip("NOT TESTED: softhsm2 is missing, so nobody knows whether a token signs")
    folder = tmp_path_factory.mktemp("hsm")
    (folder / "tokens").mkdir()
    (folder / "conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(folder / "conf")  # read by the module when it is first asked
    _util("--init-token", "--free", "--label", TOKEN, "--pin", PIN, "--so-pin", "13579111")
    for number, kind in enumerate(KINDS):
        _bring(module, folder, kind, f"{number:02}")
    yield Token(module, folder / "tokens")
    if before is None:
        del os.environ["SOFTHSM2_CONF"]
    else:
        os.environ["SOFTHSM2_CONF"] = before


def _util(*args: str) -> None:
    subprocess.run(["softhsm2-util", *args], check=True, capture_output=True)


def _bring(module: Path, folder: Path, kind: str, number: str) -> None:
    """Put a new key with its certificate on the token."""
    made = pades.demo_key(f"DM Saran {kind}", "x", NOW, kind=kind)  # type: ignore[arg-type]
    key, own, _ = pkcs12.load_key_and_certificates(made, b"x")
    assert key is not None
    assert own is not None
    file = folder / f"{kind}.pem"
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    _util("--import", str(file), "--token", TOKEN, "--label", kind, "--id", number, "--pin", PIN)
    library = pkcs11.lib(str(module))
    library.reinitialize()
    with library.get_token(token_label=TOKEN).open(rw=True, user_pin=PIN) as session:
        parts = decode_x509_certificate(own.public_bytes(Encoding.DER))
        session.create_object({**parts, Attribute.LABEL: kind, Attribute.TOKEN: True})


def page() -> bytes:
    out = BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(out)
    return out.getvalue()


@pytest.mark.parametrize("kind", KINDS)
def test_the_token_signs_and_the_signature_is_good(token: Token, kind: str) -> None:
    signatory = pades.open_token(token.key(kind), PIN)
    assert signatory.certificate.subject == f"DM Saran {kind}"
    [found] = pades.signatures(pades.sign(page(), signatory, NOW))
    assert found.state == "valid"
    assert found.certificate == signatory.certificate


def test_two_offices_share_one_token(token: Token) -> None:
    keys = OfficeKeys({f"{SARAN}-dm": token.key("ec"), f"{SARAN}-sp": token.key("rsa")}, "", PIN)
    for side in ("dm", "sp"):
        signatory = keys.of(SARAN, side, NOW)
        assert signatory is not None
        assert pades.signatures(pades.sign(page(), signatory, NOW))[0].state == "valid"


def test_a_token_that_was_pulled_out_is_told_and_serves_again_when_it_is_back(token: Token) -> None:
    keys = OfficeKeys({f"{SARAN}-dm": token.key("ec")}, "", PIN)
    held = keys.of(SARAN, "dm", NOW)
    assert held is not None
    token.pull_out()
    try:
        with pytest.raises(pades.KeyRefused) as refused:
            pades.sign(page(), held, NOW)
        assert refused.value.key == "papers.key.no_token"
        state = keys.state(SARAN, "dm", NOW)
        assert (state.state, state.problem, state.file) == ("unusable", "papers.key.no_token", "DM Saran/ec")
    finally:
        token.put_in()
    again = keys.of(SARAN, "dm", NOW)
    assert again is not None
    assert pades.signatures(pades.sign(page(), again, NOW))[0].state == "valid"


def test_a_wrong_pin_is_tried_once_lest_the_token_lock_itself(token: Token) -> None:
    """Nor is it tried for another key of the same token, by whichever thread."""
    tokenkey._forget(token.key("ec"))  # whoever is logged in stays so with every key of the token
    places = {f"{SARAN}-dm": token.key("ec"), f"{SARAN}-sp": token.key("rsa")}
    keys = OfficeKeys(places, "", "000000")
    with ThreadPoolExecutor(4) as threads:
        problems = threads.map(lambda side: keys.state(SARAN, side, NOW).problem, ("dm", "sp") * 4)
    assert set(problems) == {"papers.key.pin"}
    token.pull_out()
    try:  # a token that was asked again would be said to be gone
        assert [keys.state(SARAN, side, NOW).problem for side in ("dm", "sp")] == ["papers.key.pin"] * 2
    finally:
        token.put_in()
    assert OfficeKeys(places, "", PIN).state(SARAN, "dm", NOW).state == "ok"


def test_an_older_key_on_a_token_signs_where_the_operator_has_opened_it_alone(token: Token) -> None:
    places = {f"{SARAN}-dm": token.key("rsa-2048")}
    state = OfficeKeys(places, "", PIN).state(SARAN, "dm", NOW)
    assert (state.state, state.problem) == ("unusable", "papers.key.weak")
    held = OfficeKeys(places, "", PIN, takes_rsa_2048=True).of(SARAN, "dm", NOW)
    assert held is not None
    assert pades.signatures(pades.sign(page(), held, NOW))[0].state == "valid"


@pytest.mark.parametrize(
    ("label", "name"), [("ec", "nobody's"), ("nothing of the kind", TOKEN)], ids=["token", "label"]
)
def test_a_token_or_key_that_is_not_there_is_told(token: Token, label: str, name: str) -> None:
    with pytest.raises(pades.KeyRefused) as refused:
        pades.open_token(token.key(label, name), PIN)
    assert refused.value.key == "papers.key.no_token"


def test_a_file_that_is_no_module_is_told(tmp_path: Path) -> None:
    module = tmp_path / "module.so"
    module.write_text("no program")
    with pytest.raises(pades.KeyRefused) as refused:
        pades.open_token(TokenKey(module, TOKEN, "ec"), PIN)
    assert refused.value.key == "papers.key.no_token"


def test_the_setting_names_a_key_on_a_token_beside_one_in_a_file(tmp_path: Path) -> None:
    module = tmp_path / "module.so"
    module.touch()
    named = f"218-dm=pkcs11:token=DM%20Saran;object=dm?module-path={module},218-sp=keys/sp.p12"
    settings = load({"INSTANCE": str(tmp_path), "SIGNATURE_KEYS": named, "SIGNATURE_PIN": PIN})
    assert settings.signature_keys == {
        "218-dm": TokenKey(module, "DM Saran", "dm"),
        "218-sp": tmp_path / "keys" / "sp.p12",
    }


@pytest.mark.parametrize(
    ("key", "pin", "told"),
    [
        ("pkcs11:token=DM;object=dm?module-path={here}/none.so", PIN, "SIGNATURE_KEYS"),
        ("pkcs11:token=DM?module-path={here}/module.so", PIN, "SIGNATURE_KEYS"),
        ("pkcs11:token=DM;object=dm;slot-id=1?module-path={here}/module.so", PIN, "SIGNATURE_KEYS"),
        ("pkcs11:token=DM;object=dm?module-path={here}/module.so", "", "SIGNATURE_PIN"),
    ],
    ids=["no module", "no label", "a part that we would pass over", "no PIN"],
)
def test_a_half_written_token_stops_the_start(tmp_path: Path, key: str, pin: str, told: str) -> None:
    (tmp_path / "module.so").touch()
    with pytest.raises(SettingRefused) as refused:
        load(
            {
                "INSTANCE": str(tmp_path),
                "SIGNATURE_KEYS": f"218-dm={key.format(here=tmp_path)}",
                "SIGNATURE_PIN": pin,
            }
        )
    assert refused.value.name == told
