"""A passkey's answer counts for one site, one question and one act, with its holder verified."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app import webauthn
from tests.authenticator import (
    ATTESTED,
    ORIGIN,
    PRESENT,
    VERIFIED,
    Authenticator,
    Ed25519,
    Es256,
    Rs256,
    bytes_of,
    text_of,
)

HERE = webauthn.Site("localhost", ORIGIN)
CHALLENGE, OTHER = b"c" * 32, b"d" * 32
OWNER = b"o" * 16


def to_make(challenge: bytes = CHALLENGE) -> dict[str, Any]:
    names = ("dm", "जिला पदाधिकारी")
    return webauthn.to_make(HERE, challenge, OWNER, names, [], takes_rsa_2048=False)


def prove(key: Authenticator, **wrong: Any) -> webauthn.Use:
    """Let a key answer, and check the answer with the public half that it handed over when it was made."""
    public = webauthn.made(key.make(to_make()), CHALLENGE, HERE, takes_rsa_2048=False).public_key
    use = webauthn.Use(key.use(webauthn.to_use(HERE, CHALLENGE), **wrong))
    use.prove(public, CHALLENGE, HERE, takes_rsa_2048=False)
    return use


def test_a_key_of_rsa_is_taken_and_counts_where_that_is_open_alone() -> None:
    key = Authenticator(Rs256())
    with pytest.raises(webauthn.NotProven) as refused:
        prove(key)
    assert refused.value.fault == "algorithm"
    public = webauthn.made(key.make(to_make()), CHALLENGE, HERE, takes_rsa_2048=True).public_key
    use = webauthn.Use(key.use(webauthn.to_use(HERE, CHALLENGE)))
    use.prove(public, CHALLENGE, HERE, takes_rsa_2048=True)
    with pytest.raises(webauthn.NotProven) as closed:
        use.prove(public, CHALLENGE, HERE, takes_rsa_2048=False)
    assert closed.value.fault == "weak"


@pytest.mark.parametrize("kind", [Es256, Ed25519])
def test_each_kind_of_key_is_made_and_used(kind: type) -> None:
    key = Authenticator(kind())
    use = prove(key)
    assert (use.credential, use.owner, use.counter) == (key.credential, OWNER, 1)


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"origin": "https://esatyapan.example"}, "origin"),
        ({"origin": "http://localhost:8001"}, "origin"),
        ({"origin": "http://localhost:8000.evil.example"}, "origin"),
        ({"cross_origin": True}, "origin"),
        ({"site": "evil.example"}, "site"),
        ({"challenge": text_of(OTHER)}, "challenge"),
        ({"challenge": ""}, "challenge"),
        ({"type": "webauthn.create"}, "kind"),
        ({"flags": PRESENT}, "unverified"),
        ({"flags": VERIFIED}, "unverified"),
        ({"signer": Es256()}, "signature"),
    ],
)
def test_an_answer_with_one_thing_wrong_proves_nothing(wrong: dict, fault: str) -> None:
    with pytest.raises(webauthn.NotProven) as refused:
        prove(Authenticator(), **wrong)
    assert refused.value.fault == fault


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"origin": "https://esatyapan.example"}, "origin"),
        ({"site": "evil.example"}, "site"),
        ({"challenge": text_of(OTHER)}, "challenge"),
        ({"type": "webauthn.get"}, "kind"),
        ({"flags": PRESENT | ATTESTED}, "unverified"),
        ({"credential": b"another id, of no key"}, "answer"),
        ({"public": Es256().public | {3: -35}}, "algorithm"),  # ES384
        ({"public": Es256().public | {3: -65_535}}, "algorithm"),  # RSA with SHA-1
        ({"public": Es256().public | {-2: bytes(32)}}, "algorithm"),  # no point of the curve
        ({"public": Rs256(1024).public}, "algorithm"),
        ({"public": {3: -7}}, "algorithm"),
        ({"public": {}}, "answer"),
    ],
)
def test_a_key_with_one_thing_wrong_is_not_taken(wrong: dict, fault: str) -> None:
    answer = Authenticator().make(to_make(), **wrong)
    with pytest.raises(webauthn.NotProven) as refused:
        webauthn.made(answer, CHALLENGE, HERE, takes_rsa_2048=True)
    assert refused.value.fault == fault


def _without(part: str) -> str:
    answer = json.loads(Authenticator().use(webauthn.to_use(HERE, CHALLENGE)))
    answer["response"].pop(part)
    return json.dumps(answer)


def _with(part: str, value: Any) -> str:
    answer = json.loads(Authenticator().use(webauthn.to_use(HERE, CHALLENGE)))
    answer["response"][part] = value
    return json.dumps(answer)


NO_ANSWERS = {
    "nothing": "",
    "no json": "{",
    "a list": "[]",
    "null": "null",
    "a number": "7",
    "half": '{"rawId": "AAAA"}',
    "too long": " " * (webauthn.LONGEST + 1),
    "no signature": _without("signature"),
    "no data": _without("authenticatorData"),
    "no client": _without("clientDataJSON"),
    "a number for a signature": _with("signature", 7),
    "a list for a signature": _with("signature", [1, 2]),
    "a huge number for an id": '{"id": "", "rawId": 99999999999999, "response": {}}',
    "short data": _with("authenticatorData", text_of(b"x" * 20)),
    "no base64": _with("clientDataJSON", "***"),
    "a client that is a list": _with("clientDataJSON", text_of(b"[]")),
    "a client of bytes": _with("clientDataJSON", text_of(b"\xff\xfe")),
    "a challenge that is a number": _with(
        "clientDataJSON",
        text_of(json.dumps({"type": "webauthn.get", "challenge": 7, "origin": ORIGIN}).encode()),
    ),
    "another id": json.dumps(json.loads(_with("signature", "AAAA")) | {"id": "AAAA"}),
    "deep": '{"response":' + "[" * 7_000 + "]" * 7_000 + "}",
}


@pytest.mark.parametrize("text", NO_ANSWERS.values(), ids=NO_ANSWERS)
def test_what_is_no_answer_is_refused_as_none(text: str) -> None:
    with pytest.raises(webauthn.NotProven):
        webauthn.Use(text).prove(b"", CHALLENGE, HERE, takes_rsa_2048=False)
    with pytest.raises(webauthn.NotProven):
        webauthn.made(text, CHALLENGE, HERE, takes_rsa_2048=False)


def test_bytes_nested_without_end_are_refused() -> None:
    answer = json.loads(Authenticator().make(to_make()))
    answer["response"]["attestationObject"] = text_of(b"\x81" * 5_000 + b"\x00")
    with pytest.raises(webauthn.NotProven):
        webauthn.made(json.dumps(answer), CHALLENGE, HERE, takes_rsa_2048=False)


def test_browsers_are_asked_for_a_verified_holder_and_for_no_attestation() -> None:
    known = b"k" * 20
    asked = webauthn.to_make(HERE, CHALLENGE, OWNER, ("dm", "x"), [known], takes_rsa_2048=False)
    assert [each["alg"] for each in asked["pubKeyCredParams"]] == [-7, -8], "none of RSA is asked for"
    assert asked["attestation"] == "none"
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    assert [bytes_of(each["id"]) for each in asked["excludeCredentials"]] == [known]
    assert webauthn.to_use(HERE, CHALLENGE)["userVerification"] == "required"
    assert webauthn.to_use(HERE, CHALLENGE)["allowCredentials"] == []


@pytest.mark.parametrize(
    ("address", "name", "origin"),
    [
        ("http://127.0.0.1:8000", "localhost", "http://localhost:8000"),
        (
            "https://satyapan.saran.example.in",
            "satyapan.saran.example.in",
            "https://satyapan.saran.example.in",
        ),
        ("https://Satyapan.example.in:443/", "satyapan.example.in", "https://satyapan.example.in"),
        ("https://satyapan.example.in:8443", "satyapan.example.in", "https://satyapan.example.in:8443"),
        ("https://सारण.भारत", "xn--g2bzxy.xn--h2brj9c", "https://xn--g2bzxy.xn--h2brj9c"),
    ],
)
def test_passkeys_hold_at_the_name_that_the_settings_give(address: str, name: str, origin: str) -> None:
    assert webauthn.site(address) == webauthn.Site(name, origin)


@pytest.mark.parametrize(
    "address", ["https://10.1.2.3", "https://[2001:db8::1]", "http://satyapan.example.in", ""]
)
def test_without_a_name_or_https_there_are_no_passkeys(address: str) -> None:
    assert webauthn.site(address) is None
