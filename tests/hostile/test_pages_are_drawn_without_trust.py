"""Pages of papers as pictures: an honest one is drawn, and a hostile one ends its own program and nothing else."""

from __future__ import annotations

import resource
from io import BytesIO
from typing import TYPE_CHECKING

import pikepdf
import pytest
from PIL import Image

from app import viewing

if TYPE_CHECKING:
    from collections.abc import Sequence

WHITE = 250


def paper(
    contents: Sequence[bytes] = (b"0 0 100 842 re f",), box: Sequence[float] = (0, 0, 595, 842)
) -> bytes:
    """A PDF of pages with these contents; the first one marks its left side."""
    made, held = pikepdf.new(), BytesIO()
    for content in contents:
        page = made.add_blank_page(page_size=(595, 842))
        page.obj.MediaBox = pikepdf.Array(box)
        page.Contents = made.make_stream(content)
    made.save(held)
    return held.getvalue()


def picture(leaf: viewing.Leaf) -> Image.Image:
    assert leaf.picture is not None
    found = Image.open(BytesIO(leaf.picture))
    found.load()
    return found


def seconds_of_programs() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_each_page_is_drawn_by_itself_as_wide_as_it_is_wanted() -> None:
    two = paper((b"0 0 100 842 re f", b"495 0 100 842 re f"))
    for number, dark, light in ((1, 20, 700), (2, 740, 60)):
        leaf = viewing.draw(two, number, viewing.NARROW)
        seen = picture(leaf)
        assert (leaf.number, leaf.pages, seen.format, seen.width) == (number, 2, "JPEG", viewing.NARROW)
        assert max(seen.getpixel((dark, 500))) < 60, number
        assert min(seen.getpixel((light, 500))) > WHITE, number


def test_a_page_that_is_not_there_gives_way_to_the_nearest_one() -> None:
    leaf = viewing.draw(paper((b"", b"", b"")), 9999, viewing.NARROW)
    assert (leaf.number, leaf.pages) == (3, 3)


@pytest.mark.parametrize("box", [(0, 0, 1e11, 1e11), (0, 0, 1, 1e6)], ids=["of a city's size", "a thread"])
def test_a_page_of_any_extent_becomes_no_larger_picture(box: Sequence[float]) -> None:
    found = picture(viewing.draw(paper(box=box), 1, viewing.NARROW))
    assert found.width <= viewing.NARROW
    assert found.height <= 3 * viewing.NARROW


def _in_itself() -> bytes:
    """A page that draws a drawing that draws itself, ten times at each depth."""
    made, held = pikepdf.new(), BytesIO()
    page = made.add_blank_page(page_size=(595, 842))
    form = made.make_stream(b"/F Do " * 10)
    form.Type, form.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
    form.BBox = pikepdf.Array([0, 0, 600, 800])
    form.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(F=form))
    page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(F=form))
    page.Contents = made.make_stream(b"/F Do " * 10)
    made.save(held)
    return held.getvalue()


HOSTILE = {
    "fills without end": lambda: paper((b"0 0 600 800 re f " * 400_000,)),
    "a drawing within itself": _in_itself,
    "cut off": lambda: paper()[:300],
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_page_that_would_never_end_has_no_picture_and_costs_a_second_at_most(name: str) -> None:
    data, before = HOSTILE[name](), seconds_of_programs()
    leaf = viewing.draw(data, 1, viewing.NARROW)
    assert leaf.picture is None
    assert seconds_of_programs() - before < 1.5


def test_a_page_too_deep_to_be_read_is_drawn_as_far_as_it_is_or_not_at_all() -> None:
    deep, before = paper((b"[" * 3_000_000,)), seconds_of_programs()
    assert viewing.draw(deep, 1, viewing.NARROW).number == 1
    assert seconds_of_programs() - before < 1.5
