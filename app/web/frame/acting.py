"""A page that is sent while its act goes on: how many are done, line by line, and at the end what became of each."""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from flask import Response, current_app, stream_with_context
from markupsafe import Markup

from app.domain.errors import Unavailable
from app.web.frame import language, templates
from app.web.frame.pages import page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.services.desk.many import Acting, Item

#: Between the two the page waits for the act; no text of a page can hold it, for every text is escaped.
_HERE = Markup("<!-- the act -->")
_STEP = 5  # items between two lines: a second or two


def goes_on(template: str, acting: Acting, **values: Any) -> Response:
    """Send the head of the page, carry the act out, and tell how far it is; needs no script and no second press.

    `template` puts `progress_here` where that is to stand, and reads `where` the act is taken up again. A line that
    breaks stops the act between two items, unless it is finished alone; whoever opens its page finds what is left.
    """
    whole, _status = page(template, progress_here=_HERE, total=acting.total, **values)
    head, tail = whole.split(_HERE)
    values |= {"lang": language.current()}
    answer = Response(stream_with_context(_sent(head, tail, acting, values)), mimetype="text/html")
    answer.headers["X-Accel-Buffering"] = "no"  # a proxy hands each line on as it comes
    return answer


def _sent(head: str, tail: str, acting: Acting, values: dict[str, Any]) -> Iterator[str]:
    items: list[Item] = []
    has_stopped = False
    try:
        yield head
        for item in acting.items:
            items.append(item)
            if len(items) % _STEP == 0 or len(items) == acting.total:
                count = {"count": len(items), "total": acting.total}
                yield _drawn("frame/acting_line.html", {**values, **count})
    except Unavailable:
        has_stopped = True
    except GeneratorExit:
        if acting.is_finished_alone:
            _finish(acting)
        raise
    told = [*items, *acting.left]
    came_of_it = {
        "done": [each for each in told if not each.why_not],
        "left": [each for each in told if each.why_not],
        "has_stopped": has_stopped,
    }
    yield _drawn("frame/acting_end.html", {**values, **came_of_it})
    yield tail


def _finish(acting: Acting) -> None:
    """Do what is left of an act whose page was closed; what cannot be done stays where it was."""
    with suppress(Unavailable):
        deque(acting.items, maxlen=0)


def _drawn(template: str, values: dict[str, Any]) -> str:
    with language.of(values["lang"]):  # between two lines the thread may have answered somebody else
        return templates.render(current_app, values["lang"], template, values)


__all__ = ["goes_on"]
