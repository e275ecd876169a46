"""Live updates over real lines: who hears of what, how soon, what a line costs, and what ends it."""

from __future__ import annotations

import http.client
import re
import socket
import time
from codecs import getincrementaldecoder
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.domain.roles import Role

if TYPE_CHECKING:
    from uuid import UUID

    from tests.drill import Drill

_SECONDS = 20.0  # the machine of a test may be busy; how soon is the bench's to say
_STILL = 1.5  # seconds in which nothing is to come
THANAS = ["th_mufassil", "th_garkha"]


class Line:
    """A browser's open line: what has come so far, read when asked."""

    def __init__(self, drill: Drill, path: str, cookie: str, last: str = "") -> None:
        self._line = socket.create_connection(("127.0.0.1", drill.site.port), timeout=_SECONDS)
        more = f"Last-Event-ID: {last}\r\n" if last else ""
        self._line.sendall(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{drill.site.port}\r\nAccept: text/event-stream\r\n"
            f"Cookie: {cookie}\r\n{more}\r\n".encode()
        )
        self.text = ""
        self._letters = getincrementaldecoder("utf-8")()  # a letter may come in two parts
        self.until("\n\n" if not last else "retry")

    def until(self, wanted: str, seconds: float = _SECONDS) -> bool:
        """Read until a text has come; -> whether it came in time."""
        deadline = time.monotonic() + seconds
        while wanted not in self.text and (left := deadline - time.monotonic()) > 0:
            self._line.settimeout(left)
            try:
                data = self._line.recv(4096)
            except TimeoutError:
                return False
            if not data:
                return wanted in self.text
            self.text += self._letters.decode(data)
        return wanted in self.text

    @property
    def status(self) -> int:
        return int(self.text.split(" ", 2)[1])

    def close(self) -> None:
        self._line.close()


def cookie_of(drill: Drill, role: Role, office_id: UUID | None = None) -> str:
    """The cookie of an officer of this post, signed in at a browser of his own."""
    return drill.caller(role, office_id).cookies


def hears(line: Line) -> bool:
    return line.until("event: change")


def is_still(line: Line) -> bool:
    return not line.until("event: change", _STILL)


def test_a_commit_is_heard_by_those_whom_it_concerns_and_by_nobody_else(drill: Drill) -> None:
    """One story on each database: lines of six officers, and one act."""
    number = drill.new_case(THANAS[:1], until="route")
    offices = drill.journey().staff.offices(Role.SHO)
    slug = number.replace("/", "-")
    with (
        closing(Line(drill, "/live/cases/" + slug, cookie_of(drill, Role.DM))) as of_case,
        closing(Line(drill, "/live/tracking", cookie_of(drill, Role.PROCESS_ADMIN))) as of_district,
        closing(Line(drill, "/live/inbox", cookie_of(drill, Role.SHO, offices[THANAS[0]]))) as of_thana,
        closing(Line(drill, "/live/inbox", cookie_of(drill, Role.SHO, offices[THANAS[1]]))) as of_other,
        closing(Line(drill, "/live/tracking", cookie_of(drill, Role.DCRB))) as of_dcrb,
        closing(
            Line(drill, "/live/cases/" + slug, cookie_of(drill, Role.SHO, offices[THANAS[1]]))
        ) as foreign,
    ):
        assert foreign.status == 404
        lines = [of_case, of_district, of_thana, of_other, of_dcrb]
        assert [line.status for line in lines] == [200] * 5
        time.sleep(1.5)  # what was committed while the lines were opened is told, too
        for line in lines:
            line.until("event: change", 0.3)
            line.text = ""
        drill.journey().do(number, "route")
        assert [hears(line) for line in (of_case, of_district, of_thana, of_dcrb)] == [True] * 4
        assert is_still(of_other)
        said = of_case.text + of_district.text
        assert number not in said
        assert slug not in said
        assert re.search(r"id: \d+\nevent: change\ndata: -\n\n", of_case.text)


def test_who_comes_again_hears_of_what_he_missed_and_of_nothing_else(drill: Drill) -> None:
    number = drill.new_case(THANAS[:1], until="route")
    cookie = cookie_of(drill, Role.SP)
    slug = number.replace("/", "-")
    with closing(Line(drill, f"/live/cases/{slug}?since=0", cookie)) as first:
        assert hears(first)
        last = re.search(r"id: (\d+)", first.text)
        assert last is not None
    with closing(Line(drill, f"/live/cases/{slug}", cookie, last[1])) as again:
        assert is_still(again)
    drill.journey().do(number, "route")
    with closing(Line(drill, f"/live/cases/{slug}", cookie, last[1])) as late:
        assert hears(late)


def test_open_lines_take_no_thread_from_pages(drill: Drill) -> None:
    cookie = cookie_of(drill, Role.SP)
    lines = [Line(drill, "/live/inbox", cookie) for _ in range(40)]  # more than a process has threads
    try:
        assert {line.status for line in lines} == {200}
        assert drill.site.answers("/healthz")
        assert drill.caller(Role.DM).get("/inbox").status == 200
    finally:
        for line in lines:
            line.close()
    drill.new_case(THANAS[:1])  # everybody who left is found to be gone
    assert drill.site.answers("/healthz")


def test_an_open_page_keeps_no_session_alive(drill: Drill) -> None:
    caller = drill.caller(Role.SP)
    with drill.database.engine.execution_options(writing=True).begin() as connection:
        connection.exec_driver_sql("update login_session set last_seen_at = '2000-01-01 00:00:00+00:00'")
    assert caller.get("/live/inbox").location.startswith("/sign-in")


def test_a_browser_without_a_line_asks_whether_anything_changed(drill: Drill) -> None:
    number = drill.new_case(THANAS[:1], until="route")
    cookie, path = cookie_of(drill, Role.SP), f"/live/cases/{number.replace('/', '-')}"

    def ask(known: str = "") -> tuple[int, str, str]:
        with closing(http.client.HTTPConnection("127.0.0.1", drill.site.port, timeout=_SECONDS)) as line:
            headers = {"Cookie": cookie, **({"If-None-Match": known} if known else {})}
            line.request("GET", path, headers=headers)
            answer = line.getresponse()
            return answer.status, answer.headers.get("ETag", ""), answer.read().decode()

    status, tag, first = ask()
    assert (status, first.isdigit()) == (200, True)
    assert ask(tag)[0] == 304
    drill.journey().do(number, "route")
    status, _, then = ask(tag)
    assert status == 200
    assert int(then) > int(first)


@pytest.mark.skipif(not Path("/proc").exists(), reason="counts threads by what Linux says")
def test_lines_are_held_by_one_thread(drill: Drill) -> None:
    cookie = cookie_of(drill, Role.SP)

    def threads() -> int:
        pids = [drill.site.pid, *_below(drill.site.pid)]
        return sum(len(list(Path(f"/proc/{pid}/task").iterdir())) for pid in pids)

    with closing(Line(drill, "/live/inbox", cookie)):
        before = threads()
        lines = [Line(drill, "/live/inbox", cookie) for _ in range(60)]
        after = threads()
        for line in lines:
            line.close()
    assert after - before <= 16  # of the pool, which fills up by and by


def _below(pid: int) -> list[int]:
    children = [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return [each for child in children for each in (child, *_below(child))]
