"""Two districts on phones without scripts: a letter is marked, accepted there, and its report answers the case.

What the officers of the other district do with their own case is told elsewhere; here they do it behind its back.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from werkzeug.serving import make_server

from app import create_app
from app.config import Settings
from tests import neighbours
from tests.browser.conftest import PHONE_NO_SCRIPT
from tests.districts import NOW
from tests.serving import Account

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.browser.pages import Screen
    from tests.neighbours import Pair
    from tests.two_districts import District


@pytest.fixture
def served(demo_sqlite: Path, tmp_path: Path) -> Iterator[tuple[Pair, str]]:
    """Both districts behind a server of this process; no other test meets officers of the second."""
    pair = neighbours.on_sqlite(demo_sqlite, tmp_path, NOW)
    settings = Settings(tmp_path, f"sqlite:///{tmp_path / 'satyapan.db'}", demo=True, testing=True)
    server = make_server(
        "127.0.0.1", 0, create_app(settings, pair.database, clock=lambda: NOW), threaded=True
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield pair, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    pair.database.close()


def reader_of(district: District) -> Account:
    return Account("", "", "", "", "", "", str(district.staff.holder("sp_reader").officer_id))


def test_a_letter_goes_to_the_other_inbox_and_its_report_comes_back(
    desk: Callable[..., Screen], served: tuple[Pair, str]
) -> None:
    pair, url = served
    number = pair.saran.add(pair.saran.register(), stays=[neighbours.STAY])
    pair.saran.go_on(number, until="route")
    asking, asked = (
        desk(PHONE_NO_SCRIPT, base_url=url).sign_in(reader_of(each)) for each in (pair.saran, pair.buxar)
    )
    asking.open(f"/tasks/{pair.saran.waiting(number)[0].id}").sound("route-elsewhere")
    assert "बक्सर: इसी प्रणाली में वहाँ के पुलिस अधीक्षक के इनबॉक्स में जाएगा" in asking.text()
    asking.press("इकाइयों को भेजें")
    pair.saran.work()

    asked.open("/inbox").follow("अन्य जिलों के पत्र देखें").sound("neighbours")
    asked.follow("पुलिस अधीक्षक, सारण").sound("neighbour-letter")
    asked.press("ग्रहण करें और प्रकरण बनाएँ")
    theirs = "BUX/" + asked.path.rpartition("BUX-")[2].replace("-", "/")
    pair.buxar.work()

    pair.saran.go_on(number, until="record_reply")
    asking.open(f"/tasks/{pair.saran.waiting(number)[0].id}").sound("reply-awaited")
    assert f"वहाँ की संख्या {theirs}" in asking.text()
    pair.buxar.go_on(theirs)
    asking.open(f"/cases/{number.replace('/', '-')}/timeline").sound("case-answered")
    assert "अन्य जिले का उत्तर स्वयं आया: बक्सर" in asking.text()
    asked.open(f"/cases/{theirs.replace('/', '-')}/timeline")
    assert "उत्तर अन्य जिले को स्वयं गया: सारण" in asked.text()
