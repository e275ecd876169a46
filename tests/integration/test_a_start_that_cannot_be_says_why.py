"""A server that cannot start says why in both languages, leaves nothing behind, and shows no trace of the program."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.config import FONTS, SettingRefused, load
from app.papers.fonts import BOLD, REGULAR
from tests.loaded import Loaded
from tests.serving import Site, free_port
from tests.sources import ROOT

Start = Callable[..., str]


@pytest.fixture
def start(loaded: Loaded, tmp_path_factory: pytest.TempPathFactory) -> Start:
    """`start(instance, NAME=value)`: what the program says when it gives up; it must give up."""

    def give_up(instance: Path, **environment: str) -> str:
        log = tmp_path_factory.mktemp("start") / "log"
        process = loaded.start(environment_of(instance, **environment), log)
        assert process.wait(120) == 1
        return reason(log.read_text(encoding="utf-8"))

    return give_up


def environment_of(instance: Path, **environment: str) -> dict[str, str]:
    own = {"PORT": str(free_port()), "INSTANCE": str(instance), "ESP_DEMO": "1"}
    return {**os.environ, **own, **environment}


def reason(said: str) -> str:
    """What was said, once it is seen to be a reason in both languages."""
    assert "Traceback" not in said
    assert any("\u0900" <= letter <= "\u097f" for letter in said), "The reason is missing in Hindi"
    return said


def test_one_that_starts_keeps_its_port_and_a_second_says_so_on_the_screen(tmp_path: Path) -> None:
    """The program as `make run` starts it, twice; all other tests start copies of one that is loaded."""
    first = Site(tmp_path / "first").start()
    second = subprocess.run(
        [sys.executable, "-m", "app.serve"],
        cwd=ROOT,
        env=environment_of(tmp_path / "second", PORT=str(first.port)),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert second.returncode == 1
    assert f"Port {first.port} is in use" in reason(second.stderr)
    assert first.answers("/readyz")
    assert first.stop() == 0


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_port_in_use_is_named_with_another_to_take(start: Start, tmp_path: Path, taken_port: int) -> None:
    said = start(tmp_path / "instance", PORT=str(taken_port))
    assert f"Port {taken_port} is in use" in said
    assert f"PORT={taken_port + 1}" in said
    assert not (tmp_path / "instance").exists()


@pytest.mark.parametrize("port", ["http", "0", "70000", "-1"])
def test_a_port_that_is_none_is_refused(start: Start, tmp_path: Path, port: str) -> None:
    assert "PORT: " in start(tmp_path / "instance", PORT=port)


def test_an_instance_folder_that_cannot_be_written_is_named(start: Start, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    said = start(tmp_path / "file" / "instance")
    assert f"Cannot write to {tmp_path / 'file' / 'instance'}" in said


def test_demo_mode_serves_no_other_machine(start: Start, tmp_path: Path) -> None:
    assert "demo mode serves this machine only" in start(tmp_path / "instance", HOST="0.0.0.0")  # noqa: S104


OPEN_LINES = {
    "on every address": ("SECURE", {"HOST": "0.0.0.0"}),  # noqa: S104
    "on one address of the network": ("SECURE", {"HOST": "10.0.0.7"}),
    "called by a name, without TLS": ("SECURE", {"PUBLIC_URL": "http://satyapan.example.gov.in"}),
    "called over TLS, with open cookies": ("SECURE", {"PUBLIC_URL": "https://satyapan.example.gov.in"}),
    "safe cookies and no address": ("PUBLIC_URL", {"SECURE": "1"}),
    "safe cookies, an open address": (
        "PUBLIC_URL",
        {"SECURE": "1", "PUBLIC_URL": "http://satyapan.example.gov.in"},
    ),
    "safe cookies, no host": ("PUBLIC_URL", {"SECURE": "1", "PUBLIC_URL": "https://"}),
    "faults on pages": ("FLASK_DEBUG", {"FLASK_DEBUG": "1"}),
}


@pytest.mark.parametrize("case", OPEN_LINES)
def test_a_district_on_an_open_line_does_not_start(tmp_path: Path, case: str) -> None:
    name, values = OPEN_LINES[case]
    with pytest.raises(SettingRefused, match=f"^{name}: [^a-z]*[\u0900-\u097f]") as refused:
        load({"INSTANCE": str(tmp_path), **values})
    assert refused.value.name == name


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"HOST": "localhost", "PUBLIC_URL": "http://localhost:8000"},
        {"SECURE": "1", "PROXIES": "1", "PUBLIC_URL": "https://satyapan.example.gov.in"},
        {
            "SECURE": "1",
            "HOST": "10.0.0.7",
            "PUBLIC_URL": "https://satyapan.example.gov.in",
            "FLASK_DEBUG": "0",
        },
    ],
)
def test_a_district_on_this_machine_or_behind_a_certificate_starts(
    tmp_path: Path, values: dict[str, str]
) -> None:
    assert load({"INSTANCE": str(tmp_path), **values}).secure == ("SECURE" in values)


def test_the_server_says_so_as_well_and_makes_nothing(start: Start, tmp_path: Path) -> None:
    said = start(tmp_path / "instance", ESP_DEMO="0", HOST="0.0.0.0")  # noqa: S104
    assert "other machines come over HTTPS alone" in said
    assert not (tmp_path / "instance").exists()


def test_no_setting_makes_passwords_cheap_or_keys_known(tmp_path: Path) -> None:
    assert not load({"INSTANCE": str(tmp_path), "ESP_TESTING": "1", "TESTING": "1"}).testing


def test_a_settings_file_that_others_may_write_is_not_run(tmp_path: Path) -> None:
    file = tmp_path / "config.py"
    file.write_text("raise RuntimeError('it was run')")
    for mode in (0o620, 0o602):
        file.chmod(mode)
        with pytest.raises(SettingRefused, match="chmod go-w"):
            load({"INSTANCE": str(tmp_path), "ESP_DEMO": "1"})


@pytest.mark.parametrize("url", ["nonsense", "mysql://name@host/database"])
def test_an_address_that_names_no_database_is_refused(start: Start, tmp_path: Path, url: str) -> None:
    assert "DATABASE_URL: " in start(tmp_path / "instance", DATABASE_URL=url)


@pytest.mark.parametrize(
    ("url", "fits"),
    [
        ("postgresql://esp:geheim@db.example/esp", False),
        ("postgresql://esp:geheim@db.example/esp?sslmode=require", False),
        ("postgresql://esp:geheim@/esp?host=db.example", False),
        ("postgresql://esp:geheim@db.example/esp?sslmode=verify-full", True),
        ("postgresql://esp:geheim@127.0.0.1/esp", True),
        ("postgresql://esp@/esp?host=/run/postgresql", True),
    ],
)
def test_a_database_on_another_machine_shows_its_certificate(
    tmp_path: Path,
    url: str,
    *,
    fits: bool,
) -> None:
    values = {"INSTANCE": str(tmp_path), "DATABASE_URL": url}
    if fits:
        assert load(values).database_url == url
        return
    with pytest.raises(SettingRefused, match="sslmode=verify-full") as refused:
        load(values)
    assert "geheim" not in str(refused.value)


def test_a_database_that_does_not_answer_is_named_without_its_password(start: Start, tmp_path: Path) -> None:
    said = start(tmp_path / "instance", DATABASE_URL=f"postgresql://esp:geheim@127.0.0.1:{free_port()}/esp")
    assert "could not be opened" in said
    assert "geheim" not in said


def test_a_file_that_is_no_database_is_named(start: Start, tmp_path: Path) -> None:
    (tmp_path / "letter.db").write_text("Dear Sir, this is a letter, and longer than the head of a database.")
    assert "file is not a database" in start(tmp_path, DATABASE_URL=f"sqlite:///{tmp_path / 'letter.db'}")


def test_a_broken_settings_file_is_named(start: Start, tmp_path: Path) -> None:
    (tmp_path / "config.py").write_text("PORT = = 8000")
    assert str(tmp_path / "config.py") in start(tmp_path)


def test_keys_that_others_may_read_are_refused(start: Start, tmp_path: Path) -> None:
    ring = tmp_path / "keys" / "ring.json"
    ring.parent.mkdir()
    ring.write_text("{}")
    ring.chmod(0o644)
    assert str(ring) in start(tmp_path)


@pytest.mark.parametrize("left_out", [REGULAR, BOLD])
def test_a_missing_font_is_named_and_nothing_is_served(start: Start, tmp_path: Path, left_out: str) -> None:
    fonts = tmp_path / "fonts"
    shutil.copytree(FONTS, fonts)
    (fonts / left_out).unlink()
    said = start(tmp_path / "instance", FONTS=str(fonts))
    assert said.count(str(fonts / left_out)) == 2  # once in each language
    assert "Without it no paper is issued. Run make build" in said
    assert not (tmp_path / "instance" / "satyapan.db").exists()
