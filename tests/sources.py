"""The files that make up the product, for the tests that read them: what git knows of, or would take."""

from __future__ import annotations

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_TEXTS = {
    "",
    ".py",
    ".html",
    ".js",
    ".mjs",
    ".css",
    ".md",
    ".txt",
    ".in",
    ".cfg",
    ".toml",
    ".json",
    ".sh",
    ".ini",
}
_TEXTS |= {".bpmn", ".dmn", ".form", ".po", ".xml", ".csv", ".mako", ".yml", ".yaml", ".svg", ".conf"}


@cache
def files() -> tuple[Path, ...]:
    """Every text file of the project, committed or about to be; generated and ignored ones are not."""
    listed = subprocess.run(
        [
            "git",
            "-c",
            f"safe.directory={ROOT}",
            "ls-files",
            "--cached",
            "--others",
            "--exclude-standard",
            "-z",
        ],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\0")
    paths = (ROOT / name for name in listed if name)
    return tuple(sorted(path for path in paths if path.suffix in _TEXTS and path.is_file()))


def below(*folders: str, suffix: str = "") -> list[Path]:
    """The project's files in these folders, with this ending."""
    return [
        path
        for path in files()
        if name(path).startswith(tuple(f"{folder}/" for folder in folders)) and path.name.endswith(suffix)
    ]


def name(path: Path) -> str:
    """The path as a person writes it: from the project's root."""
    return path.relative_to(ROOT).as_posix()


@cache
def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(text(path), filename=name(path))
