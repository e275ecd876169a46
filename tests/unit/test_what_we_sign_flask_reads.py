"""Signers made once sign as Flask and Flask-WTF do: a session and a form outlive the change from one to the other."""

from __future__ import annotations

import pytest
from flask import Flask, g, session
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import CSRFProtect, generate_csrf, validate_csrf
from itsdangerous import BadSignature
from wtforms import ValidationError

from app.web.request import cookies


@pytest.fixture
def app() -> Flask:
    app = Flask("signing")
    app.config["SECRET_KEY"] = b"a key that only this test knows.."
    CSRFProtect(app)
    cookies.install(app)
    return app


def test_each_reads_the_cookies_of_the_other(app: Flask) -> None:
    theirs = SecureCookieSessionInterface().get_signing_serializer(app)
    ours = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    assert theirs is not None
    assert ours.loads(theirs.dumps({"token": "abc"}), max_age=60) == {"token": "abc"}
    assert theirs.loads(ours.dumps({"token": "abc"}), max_age=60) == {"token": "abc"}


def test_a_changed_cookie_is_refused(app: Flask) -> None:
    ours = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    signed = ours.dumps({"token": "abc"})
    with pytest.raises(BadSignature):
        ours.loads(("f" if signed[0] != "f" else "e") + signed[1:])


def test_a_token_is_taken_by_flask_wtf_and_is_one_for_the_whole_page(app: Flask) -> None:
    with app.test_request_context():
        token = cookies.form_token()
        assert token == cookies.form_token() == generate_csrf()
        validate_csrf(token)


def test_a_token_of_flask_wtf_stays_good(app: Flask) -> None:
    with app.test_request_context():
        theirs = generate_csrf()
        del g.csrf_token
        validate_csrf(theirs)
        validate_csrf(cookies.form_token())


def test_a_token_of_another_session_is_refused(app: Flask) -> None:
    with app.test_request_context():
        token = cookies.form_token()
    with app.test_request_context():
        cookies.form_token()
        with pytest.raises(ValidationError):
            validate_csrf(token)
        assert session["csrf_token"]
