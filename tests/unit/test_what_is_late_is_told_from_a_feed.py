"""`make late`: locks past their term, and pinned components with a known hole, by advisories on this machine."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import zipfile
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from tests import sources

if TYPE_CHECKING:
    from pathlib import Path

SETUP = sources.ROOT / "setup"
sys.path.insert(0, str(SETUP))
_spec = importlib.util.spec_from_file_location("late", SETUP / "late.py")
assert _spec is not None
assert _spec.loader is not None
late = importlib.util.module_from_spec(_spec)
sys.modules["late"] = late
_spec.loader.exec_module(late)
sys.path.remove(str(SETUP))

TODAY = date(2026, 11, 29)
BILL = {
    "components": [
        {"purl": "pkg:pypi/lxml@6.1.3", "version": "6.1.3", "scope": "required"},
        {"purl": "pkg:pypi/ruff@0.14.0", "version": "0.14.0", "scope": "excluded"},
        {"purl": "pkg:npm/%40bpmn-io/form-js@1.20.0", "version": "1.20.0", "scope": "required"},
    ]
}


def entry(name: str, *events: dict[str, str], ecosystem: str = "PyPI", **more: Any) -> dict[str, Any]:
    package = {"ecosystem": ecosystem, "name": name}
    affected = [{"package": package, "ranges": [{"type": "ECOSYSTEM", "events": list(events)}]}]
    days = {"published": "2026-11-20T00:00:00Z", "modified": "2026-11-28T10:00:00Z"}
    return {"id": f"TEST-{name}", **days, "affected": affected, **more}


OTHERS = [entry("nobody", {"introduced": "0"}), entry("nobody", {"introduced": "0"}, ecosystem="npm")]


def found(*entries: dict[str, Any]) -> list[tuple[str, str, date]]:
    return [(each.component, each.fixed, each.due) for each in late.holes(BILL, [*OTHERS, *entries], TODAY)]


def test_a_hole_of_the_product_is_due_in_a_week_and_one_of_a_tool_in_a_month() -> None:
    of_product = entry("lxml", {"introduced": "0"}, {"fixed": "6.1.4"})
    of_tool = entry("ruff", {"introduced": "0.13.0"}, {"last_affected": "0.14.0"})
    scoped = entry("@bpmn-io/form-js", {"introduced": "1.0.0"}, {"fixed": "1.20.1"}, ecosystem="npm")
    assert found(of_tool, scoped, of_product) == [
        ("pkg:npm/%40bpmn-io/form-js@1.20.0", "1.20.1", date(2026, 11, 27)),
        ("pkg:pypi/lxml@6.1.3", "6.1.4", date(2026, 11, 27)),
        ("pkg:pypi/ruff@0.14.0", "", date(2026, 12, 20)),
    ]


@pytest.mark.parametrize(
    "events",
    [
        [{"introduced": "0"}, {"fixed": "6.1.3"}],
        [{"introduced": "6.2.0"}],
        [{"introduced": "0"}, {"last_affected": "6.1.2"}],
        [{"introduced": "0"}, {"fixed": "5.0"}, {"introduced": "6.1.4"}, {"fixed": "6.1.5"}],
    ],
)
def test_a_version_outside_of_every_range_has_no_hole(events: list[dict[str, str]]) -> None:
    assert found(entry("lxml", *events)) == []


def test_what_was_withdrawn_is_none_and_what_cannot_be_compared_is_one() -> None:
    assert found(entry("lxml", {"introduced": "0"}, withdrawn="2026-11-21T00:00:00Z")) == []
    assert [each[0] for each in found(entry("lxml", {"introduced": "no version"}))] == ["pkg:pypi/lxml@6.1.3"]
    listed = {"package": {"ecosystem": "PyPI", "name": "lxml"}, "versions": ["6.1.3"]}
    assert len(found(entry("lxml", affected=[listed]))) == 1


def test_a_feed_that_is_old_or_silent_is_not_judged_by() -> None:
    old = [{**each, "modified": "2026-11-01T00:00:00Z"} for each in OTHERS]
    with pytest.raises(late.Unusable, match="2026-11-01"):
        late.holes(BILL, old, TODAY)
    with pytest.raises(late.Unusable, match="npm"):
        late.holes(BILL, OTHERS[:1], TODAY)


def test_the_command_reads_zips_and_folders_and_says_by_its_code_what_is_late(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, packed = tmp_path / "npm", tmp_path / "PyPI.zip"
    folder.mkdir()
    (folder / "a.json").write_text(json.dumps(OTHERS[1]))
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr("b.json", json.dumps(OTHERS[0]))
    feeds = [str(folder), str(packed)]
    assert late.main(feeds, TODAY) == 0
    assert "0 known holes" in capsys.readouterr().out
    with zipfile.ZipFile(packed, "a") as made:
        made.writestr("c.json", json.dumps(entry("flask", {"introduced": "0"})))
    assert late.main(feeds, TODAY) == 1
    assert "LATE: pkg:pypi/flask@" in capsys.readouterr().out
    packed.write_bytes(b"no zip")
    assert late.main(feeds, TODAY) == 2
    assert late.main([], date(2027, 11, 29)) == 1, "locks of a year ago are late without any feed"


def test_without_a_feed_the_command_says_that_it_did_not_look() -> None:
    run = subprocess.run([sys.executable, SETUP / "late.py"], capture_output=True, text=True, check=False)
    assert "not looked for" in run.stdout
    assert run.returncode in (0, 1)
