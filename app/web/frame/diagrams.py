"""Diagrams on a page: what is marked in them in words, in the page's language, fitted to the page or whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Response, g, request

from app import engine
from app.domain.offices import LANES
from app.services.reports import reportfiles
from app.web.frame import language
from app.web.frame.language import say, word
from app.web.request import transaction
from app.web.request.files import attachment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from app.services.deployment.replays import StepFigures
    from app.services.procedure.comparisons import FileDifference
    from app.services.procedure.releases import Plan
    from app.services.reports.tracking import Count, Overview
    from app.services.workflow.progress import Picture, Standing
    from app.services.workflow.tallies import Pace

#: How wide a piece of a drawing may be, in its own pixels, to be read on a page 1,280 pixels wide.
_WIDEST = 1600.0
PAPER = 1250.0  # and on a sheet of A4


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawn diagram; `anchor` is where on the page it stands, `picture` what the case shows in it."""

    anchor: str
    title: str
    file: str
    svg: str
    picture: Picture | None = None


#: How diagrams stand on a page: in pieces below each other, whole at a glance, or whole and as large as drawn.
SIZES = ("pieces", "glance", "full")


def size(usual: str = SIZES[0]) -> str:
    """Which of `SIZES` the page was asked for, else the usual one of this page."""
    asked = request.args.get("size")
    return asked if asked in SIZES else usual


def widest(usual: str = SIZES[0]) -> float | None:
    """How wide a piece may be on the page that was asked for."""
    return _WIDEST if size(usual) == SIZES[0] else None


def of_case(pictures: Sequence[Picture], room: float | None) -> list[Drawing]:
    """The pictures of one case, its way and its holders marked, in pieces no wider than the room."""
    plans = [picture.plan for picture in pictures]
    return [
        _drawn(
            at,
            plans,
            {element: _mark(standing) for element, standing in picture.standing.items()},
            picture.way,
            picture,
            room=room,
        )
        for at, picture in enumerate(pictures)
    ]


def of_counts(overview: Overview, address: Callable[[str], str] | None, room: float | None) -> list[Drawing]:
    """The diagrams of the route with what is open at each step and how long it takes, of all cases together.

    `address` leads from a step to its cases; None for whoever sees numbers alone.
    """
    paces = {row.element_id: row.pace for row in overview.rows}
    marks = {}
    for element in overview.counts.keys() | paces.keys() | overview.stuck.keys():
        stuck = overview.stuck.get(element, 0)
        mark = _mark_of_many(overview.counts.get(element), paces.get(element), stuck)
        if mark is not None:
            marks[element] = mark
    steps = {row.element_id for row in overview.rows if row.count.open}
    links = {element: address(element) for element in steps} if address is not None else {}
    return [_drawn(at, overview.plans, marks, links=links, room=room) for at in range(len(overview.plans))]


def _mark_of_many(count: Count | None, pace: Pace | None, stuck: int) -> engine.Mark | None:
    parts = [say("diagram.count_stuck", count=language.grouped(stuck))] if stuck else []
    parts += [_count(count.open, count.late)] if count is not None and count.open else []
    if pace is not None:
        more = "+" if pace.median.is_more else ""
        parts.append(say("diagram.median", count=f"{pace.median.days}{more}"))
    if not parts:
        return None
    state: engine.State = "idle" if count is None or not count.open else "late" if count.late else "open"
    state = "stuck" if stuck else state
    return engine.Mark(state, badge=" · ".join(parts), heat=heat(pace))


#: Working days of the median from which a step is so hot: levels 1 to 5.
HEAT = (0, 2, 3, 5, 8)


def heat(pace: Pace | None) -> int:
    """How hot a step is drawn, from 1; 0 where nothing was done."""
    return 0 if pace is None else sum(pace.median.days >= least for least in HEAT)


def plain(plans: Sequence[Plan]) -> list[Drawing]:
    """Diagrams as they are written."""
    return [_drawn(at, plans, {}, room=widest()) for at in range(len(plans))]


def of_comparison(
    old: Mapping[str, bytes],
    new: Mapping[str, bytes],
    found: Sequence[FileDifference],
    titles: Mapping[str, str],
) -> list[tuple[Drawing | None, Drawing | None]]:
    """Each diagram that differs, as it was and as it becomes, with what differs marked; None where it is not."""
    pairs = []
    for at, one in enumerate(each for each in found if each.kind == "process"):
        title = titles.get(one.name, one.name)
        was = _compared(old.get(one.name), one, title, f"was{at}-", ("removed", "changed"))
        becomes = _compared(new.get(one.name), one, title, f"new{at}-", ("added", "changed"))
        pairs.append((was, becomes))
    return pairs


def _compared(
    xml: bytes | None, found: FileDifference, title: str, name: str, shown: tuple[str, str]
) -> Drawing | None:
    if xml is None:
        return None
    states = {own: what for own, what in found.marks.items() if what in shown}
    look = engine.Look(
        language="en" if language.current() == "en" else "hi",
        marks={own: engine.Mark(what, word("diagram", what)) for own, what in states.items()},
        flows=states,
        lanes=_lanes(),
        widest=widest(),
        name=name,
    )
    try:
        return Drawing(name, title, found.name, engine.draw(xml, look))
    except (engine.XmlRefused, engine.DiagramFault):
        return None


def of_replay(
    files: Iterable[tuple[str, bytes]], titles: Mapping[str, str], changed: Mapping[str, StepFigures]
) -> list[Drawing]:
    """The diagrams of a release in the making; where a replay counts otherwise, how often it was and will be."""
    marks = {
        element: engine.Mark(
            "added" if not figures.before else "removed" if not figures.after else "changed",
            badge=f"{language.grouped(figures.before)} → {language.grouped(figures.after)}",
        )
        for element, figures in changed.items()
    }
    drawings = []
    for at, (name, xml) in enumerate(files):
        look = engine.Look(
            language="en" if language.current() == "en" else "hi",
            marks=marks,
            lanes=_lanes(),
            widest=widest(),
            name=f"replay{at}-",
        )
        drawings.append(Drawing(f"replay-{at}", titles.get(name, name), name, engine.draw(xml, look)))
    return drawings


def as_pdf(drawings: Sequence[Drawing], name: str, about: str) -> Response:
    """Drawings as a PDF to take away: what they are `about` at its head, who took it and when at its foot."""
    drawn = [(_title(each), each.svg) for each in drawings]
    district = language.choose(g.district.name_hi, g.district.name_en)
    stamp = say(
        "statement.taken",
        name=language.choose(g.actor.name_hi, g.actor.name_en),
        office=language.office(g.actor.post),
        at=language.moment(transaction.now()),
    )
    above = f"{district} · {about}"
    database, now, is_practice = transaction.database(), transaction.now(), g.district.demo
    data = reportfiles.diagrams(database, drawn, above, stamp, now, is_practice=is_practice)
    headers = {"Content-Disposition": attachment(name), "Cache-Control": "no-store"}
    return Response(data, mimetype="application/pdf", headers=headers)


def _title(drawing: Drawing) -> str:
    """The title of a drawing; of an enquiry the office and the round besides."""
    picture = drawing.picture
    if picture is None or not picture.unit_kind:
        return drawing.title
    again = f", {say('diagram.round', round=picture.round)}" if picture.round else ""
    return f"{language.office(picture, 'unit')}: {drawing.title}{again}"


def _lanes() -> dict[str, str]:
    return {lane: word("office_kind", kind) for lane, kind in LANES.items()}


def states(drawings: Iterable[Drawing]) -> list[str]:
    """The states that these drawings show, for the legend."""
    shown = {
        standing.state
        for drawing in drawings
        if drawing.picture is not None
        for standing in drawing.picture.standing.values()
    }
    return [state for state in engine.SIGNS if state in shown]


def _drawn(
    at: int,
    plans: Sequence[Plan],
    marks: Mapping[str, engine.Mark],
    way: frozenset[str] = frozenset(),
    picture: Picture | None = None,
    links: Mapping[str, str] | None = None,
    *,
    room: float | None,
) -> Drawing:
    plan = plans[at]
    look = engine.Look(
        language="en" if language.current() == "en" else "hi",
        marks=marks,
        links={**_links(plan, plans), **(links or {})},
        lanes=_lanes(),
        way=way,
        widest=room,
        name=f"d{at + 1}-",
    )
    title = language.choose(plan.title_hi, plan.title_en)
    return Drawing(f"diagram-{at + 1}", title, f"{plan.process}.bpmn", engine.draw(plan.xml, look), picture)


def _links(plan: Plan, plans: Sequence[Plan]) -> dict[str, str]:
    """From every call to the first drawing of what it calls, on the same page."""
    places = {one.process: f"#diagram-{at + 1}" for at, one in reversed(list(enumerate(plans)))}
    return {call: places[process] for call, process in engine.calls(plan.xml).items() if process in places}


def _mark(standing: Standing) -> engine.Mark:
    state = standing.state
    return engine.Mark(state, word("diagram", state), _held(standing))  # type: ignore[arg-type]


def _held(standing: Standing) -> str:
    """Who holds a step and how his time stands; of several offices their number. The day of what is still ahead."""
    if standing.on is not None:
        return say("diagram.expected", at=language.day(standing.on))
    if not standing.holders:
        return ""
    if len(standing.holders) > 1:
        late = sum(holder.age.kind == "late" for holder in standing.holders)
        return say("diagram.places", count=len(standing.holders)) + (
            f", {say('diagram.count_late', count=late)}" if late else ""
        )
    (holder,) = standing.holders
    return f"{language.office(holder)} · {language.age_words(holder.age)}"


def _count(is_open: int, late: int) -> str:
    said = say("diagram.count_open", count=language.grouped(is_open))
    return f"{said}, {say('diagram.count_late', count=language.grouped(late))}" if late else said
