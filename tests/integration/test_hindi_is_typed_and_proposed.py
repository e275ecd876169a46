"""On the page of a candidate one name is written from the other by a button, and the device keeps how it types."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from app.domain.roles import Role
from tests.office import MULTIPART, text_of

if TYPE_CHECKING:
    from tests.office import Office


def test_a_press_writes_the_other_name_and_keeps_what_was_typed(office: Office) -> None:
    assistant = office.at(Role.DM_ASSISTANT)
    letter = office.journey.register(candidate_count=1)
    address = f"/requisitions/{letter}/new"
    form = text_of(assistant.get(address))
    assert form.count('value="spell:name_en"') == 1
    assert 'value="spell:mother_en"' not in form
    typed = {
        "name_hi": "राहुल कुमार शर्मा",
        "father_hi": "jke dqekj",
        "perm_village": "रामपुर",
        "_op": "spell:name_en",
    }
    answer = assistant.post(address, typed, **MULTIPART)
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith("#f-name_en")
    page = text_of(assistant.get(answer.headers["Location"]))
    assert re.search(r'name="name_en" value="Rahul Kumar Sharma"', page)
    assert 'value="रामपुर"' in page
    refused = text_of(assistant.post(address, {**typed, "_op": "submit"}, **MULTIPART))
    assert "कृतिदेव जैसे पुराने फॉन्ट" in refused
    assert 'value="jke dqekj"' in refused, "nothing typed is lost"


def test_a_device_remembers_that_its_keys_write_hindi(office: Office) -> None:
    assistant = office.at(Role.DM_ASSISTANT)
    assert "data-typing-on" not in text_of(assistant.get("/requisitions/new"))
    assert assistant.post("/account/typing", {"on": "on"}).status_code == 204
    assert "data-typing-on" in text_of(assistant.get("/requisitions/new"))
    assistant.post("/account/typing", {"on": ""})
    assert "data-typing-on" not in text_of(assistant.get("/requisitions/new"))
