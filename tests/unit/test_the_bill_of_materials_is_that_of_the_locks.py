"""`make sbom`: every component that the locks pin, with its version and its digests, the same each time."""

from __future__ import annotations

import importlib.util
import json
import re

import pytest

from tests import sources

_spec = importlib.util.spec_from_file_location("sbom", sources.ROOT / "setup" / "sbom.py")
assert _spec is not None
assert _spec.loader is not None
sbom = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(sbom)


@pytest.fixture(scope="module")
def bill():
    return sbom.bill()


def test_every_pinned_library_of_the_product_stands_in_it_with_its_digests(bill):
    listed = {each["purl"]: each for each in bill["components"]}
    pinned = re.findall(r"^([\w.-]+)==(\S+)", sources.text(sources.ROOT / "requirements.txt"), re.MULTILINE)
    assert len(pinned) > 40
    for name, version in pinned:
        each = listed[f"pkg:pypi/{name.lower()}@{version}"]
        assert each["scope"] == "required", name
        assert each["hashes"], name


def test_every_browser_library_stands_in_it_and_what_only_builds_is_marked(bill):
    listed = {each["purl"]: each for each in bill["components"]}
    wanted = json.loads(sources.text(sources.ROOT / "package.json"))["dependencies"]
    names = {each["name"]: each for each in listed.values() if each["purl"].startswith("pkg:npm/")}
    assert set(wanted) <= set(names)
    assert all(names[name]["scope"] == "required" for name in wanted)
    assert {each["scope"] for each in names.values()} == {"required", "excluded"}
    assert all(re.fullmatch("[0-9a-f]{128}", each["hashes"][0]["content"]) for each in names.values())


def test_a_component_is_listed_once_and_the_same_locks_give_the_same_bill(bill):
    references = [each["bom-ref"] for each in bill["components"]]
    assert len(references) == len(set(references))
    assert json.dumps(sbom.bill()) == json.dumps(bill)
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")


def test_a_scoped_name_is_written_as_a_package_url_wants_it(bill):
    scoped = [each["purl"] for each in bill["components"] if each["name"].startswith("@")]
    assert scoped
    assert all(purl.startswith("pkg:npm/%40") for purl in scoped)
