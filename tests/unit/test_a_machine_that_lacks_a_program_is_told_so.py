"""A missing or old Python or Node is said in both languages, with the remedy, and never traced."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.sources import ROOT


@pytest.fixture
def bare_machine(tmp_path: Path) -> Path:
    """A folder of programs that has only what a shell script needs."""
    for name in ("sh", "printf", "true"):
        found = shutil.which(name)
        assert found
        (tmp_path / name).symlink_to(found)
    return tmp_path


def program(folder: Path, name: str, body: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


def need(what: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "setup/need.sh", what],
        cwd=ROOT,
        env={"PATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def assert_refused(answer: subprocess.CompletedProcess[str], hindi: str, english: str) -> None:
    assert answer.returncode == 1
    assert hindi in answer.stderr
    assert english in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_missing_node_is_named_in_both_languages(bare_machine: Path) -> None:
    assert_refused(
        need("node", bare_machine), "Node 20 या नया चाहिए", "Node 20 or newer is needed; found here: none"
    )


def test_an_old_node_is_named_with_its_version(bare_machine: Path) -> None:
    program(bare_machine, "node", "echo v18.19.0")
    assert_refused(need("node", bare_machine), "यहाँ मिला: v18.19.0", "found here: v18.19.0")


def test_a_new_node_with_npm_is_enough(bare_machine: Path) -> None:
    program(bare_machine, "node", "echo v22.1.0")
    program(bare_machine, "npm", "true")
    assert need("node", bare_machine).returncode == 0


def test_a_missing_python_is_named_in_both_languages(bare_machine: Path) -> None:
    assert_refused(
        need("python", bare_machine),
        "Python 3.11 या नया चाहिए; यहाँ मिला: कुछ नहीं",
        "Python 3.11 or newer is needed; found here: none",
    )


def test_an_old_python_is_named_with_its_version(bare_machine: Path) -> None:
    program(bare_machine, "python3", '[ "$1" = --version ] && echo "Python 3.9.2" && exit 0; exit 1')
    assert_refused(need("python", bare_machine), "Python 3.9.2", "found here: Python 3.9.2")


def test_a_python_without_venv_names_the_package(bare_machine: Path) -> None:
    program(bare_machine, "python3", 'case "$2" in *venv*) exit 1 ;; esac')
    assert_refused(need("python", bare_machine), "python3-venv लगाएँ", "install the package python3-venv")


def test_a_newer_python_beside_an_old_one_is_taken(bare_machine: Path) -> None:
    program(bare_machine, "python3", "exit 1")
    program(bare_machine, "python3.12", "exit 0")
    assert need("python", bare_machine).stdout.strip() == "python3.12"
