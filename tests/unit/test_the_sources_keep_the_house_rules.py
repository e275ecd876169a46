"""Rules of the house that no linter knows; each failure says what to do instead."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from app.domain.keeping import GAPS, STEPS, WAITING, granted
from app.domain.rights import MATRIX
from app.domain.roles import GRANTS, Role
from tests import sources

PYTHON = sources.below("app", "bench", "tests", suffix=".py")
#: Migrations are a record of what was, as long as it was.
PRODUCT = [path for path in sources.below("app", suffix=".py") if "/migrations/" not in sources.name(path)]
SCRIPTS = [path for path in sources.below("frontend") if path.suffix in {".js", ".mjs"}]


def share(values: list[int], limit: int) -> float:
    return sum(value <= limit for value in values) / len(values)


def named(path: Path, line: int = 0) -> str:
    return f"{sources.name(path)}:{line}" if line else sources.name(path)


def functions(paths: Iterable[Path]) -> Iterator[tuple[str, int]]:
    """Every function: where it stands, and how many lines it has without its decorators."""
    for path in paths:
        for node in ast.walk(sources.tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{named(path, node.lineno)} {node.name}", (node.end_lineno or 0) - node.lineno + 1


def test_no_text_is_run_as_code() -> None:
    forbidden = {"eval", "exec", "compile", "__import__"}
    found = [
        named(path, node.lineno)
        for path in PYTHON
        for node in ast.walk(sources.tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in forbidden
    ]
    assert not found, f"Expressions are FEEL (app/feel), never Python: {found}"
    in_browser = [
        named(path)
        for path in SCRIPTS
        if re.search(r"\beval\(|new Function\(|javascript:", sources.text(path))
    ]
    assert not in_browser, f"The browser interprets the JSON tree of a rule (frontend/feel.js): {in_browser}"


def test_no_file_names_a_package_registry() -> None:
    hosts = [
        ".".join(parts)
        for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"))
    ]
    found = [named(path) for path in sources.files() for host in hosts if host in sources.text(path)]
    assert not found, f"The clients' own settings choose the registry; locks carry hashes only: {found}"
    locks = [named(path) for path in sources.files() if path.name == "package-lock.json"]
    resolved = [lock for lock in locks if '"resolved"' in sources.text(sources.ROOT / lock)]
    assert not resolved, f"Write it by `make lock`, which leaves the addresses out: {resolved}"


def test_no_file_names_a_place_of_one_machine() -> None:
    places = re.compile(r"(?<![\w.~$})-])/(?:home|root|work|opt|farm|srv)/[\w.]")
    outside = re.compile(r"\.\./shared|\breference/\w+\.md|\bDESIGN(?:\.md| section)|\bUX\.md")
    found = [
        named(path, number)
        for path in sources.files()
        if path.suffix != ".svg"
        for number, line in enumerate(sources.text(path).splitlines(), 1)
        if places.search(line) or (outside.search(line) and path != Path(__file__))
    ]
    assert not found, f"The project stands alone: use a path inside it, or one that the caller gives: {found}"


def test_every_module_says_what_it_owns() -> None:
    paths = [*PRODUCT, *sources.below("bench", suffix=".py")]
    silent = [named(path) for path in paths if not ast.get_docstring(sources.tree(path))]
    assert not silent, f"Begin with one line that says what the module owns: {silent}"


def test_functions_stay_short() -> None:
    lengths = list(functions(PRODUCT))
    assert not [f"{where} ({lines} lines)" for where, lines in lengths if lines > 60]
    assert share([lines for _, lines in lengths], 30) >= 0.9, (
        "One function in ten may be longer than 30 lines"
    )


def test_modules_stay_small_enough_to_read() -> None:
    lengths = {named(path): sources.text(path).count("\n") for path in PRODUCT}
    assert not {name: lines for name, lines in lengths.items() if lines > 600}, (
        "Redesign the room, do not widen it"
    )
    assert share(list(lengths.values()), 350) >= 0.9, "One module in ten may be longer than 350 lines"


def test_no_room_for_things_without_a_name() -> None:
    unnamed = re.compile(r"(?:^|_)(?:utils?|helpers?|common|managers?|misc)(?:_|$)")
    found = [
        named(path)
        for path in sources.files()
        if any(unnamed.search(part) for part in path.relative_to(sources.ROOT).with_suffix("").parts)
    ]
    assert not found, f"Name the file after what it owns: {found}"


@pytest.mark.parametrize(
    "path", [path for path in sources.below("tests") if path.name == "conftest.py"], ids=named
)
def test_a_conftest_stays_small(path: Path) -> None:
    assert sources.text(path).count("\n") <= 300, "Move fixtures to a module named after what they give"


def test_tests_read_as_sentences() -> None:
    short = [
        where
        for where, _ in functions(sources.below("tests", suffix=".py"))
        if (name := where.split()[1]).startswith("test_") and name.count("_") < 3
    ]
    assert not short, f"Say the rule in words, as test_a_closed_case_takes_no_answer: {short}"


def test_a_right_that_the_product_gives_waits_no_more() -> None:
    given = {row for grant in GRANTS.values() for row in grant.rows}
    assert not given & set(WAITING), "Take these rows out of WAITING in app/domain/keeping.py"
    missing = {
        (row, role) for row in given for role in Role if role in MATRIX[row] and not granted(row, role)
    }
    listed = {each for each in GAPS if each[0] in given and each[0] not in STEPS}
    unlisted = {each for each in missing if each[0] not in STEPS}
    assert unlisted == listed, (
        "GAPS in app/domain/keeping.py: which cells a permission does not open yet, and why"
    )
