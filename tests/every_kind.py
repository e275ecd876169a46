"""A group of fields, one of every kind that forms know, with what an officer answers and how it must read."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.sources import ROOT

if TYPE_CHECKING:
    from pathlib import Path

TITLE = ("अतिरिक्त जाँच", "Further enquiry")
SHOWN_TEXT = ("मकान के द्वार से पूछताछ आरंभ करें", "Begin the enquiry at the door of the house")
TENURE = {"own": ("अपना मकान", "Own house"), "rent": ("किराये का मकान", "Rented house")}
ROAD = {"metalled": ("पक्की सड़क", "Metalled road"), "mud": ("कच्ची सड़क", "Mud road")}
SEEN = {
    "ration": ("राशन कार्ड", "Ration card"),
    "voter": ("मतदाता पहचान पत्र", "Voter card"),
    "electric": ("विद्युत विपत्र", "Electricity bill"),
}
KIN = {"uncle": ("चाचा", "Uncle"), "neighbour": ("पड़ोसी", "Neighbour")}
RELATIVES = (
    {"who": "क्षितिज कृष्ण द्विवेदी", "kin": "uncle", "age": "५८"},
    {"who": "ज्ञानेश्वरी श्रीवास्तव", "kin": "neighbour", "age": "44"},
)
PHOTO = "मकान का चित्र"


@dataclass(frozen=True)
class Asked:
    """A field: its component, and how its answer reads in Hindi and in English wherever it is shown."""

    component: dict[str, Any]
    reads: tuple[str, str]

    @property
    def key(self) -> str:
        return str(self.component.get("key") or self.component["path"])

    @property
    def label(self) -> tuple[str, str]:
        own = self.component
        return str(own.get("label") or own["dateLabel"]), str(own["properties"]["label_en"])


def _component(
    kind: str, key: str, label: tuple[str, str], *, required: bool = True, **more: Any
) -> dict[str, Any]:
    hindi, english = label
    properties = {"label_en": english, "pii": "P2", **more.pop("properties", {})}
    name = "dateLabel" if kind == "datetime" else "label"
    component = {"type": kind, "id": f"Added_{key}", name: hindi, "properties": properties, **more}
    if kind != "group":
        component["path" if kind == "dynamiclist" else "key"] = key
        component["validate"] = {"required": required, **more.get("validate", {})}
    return component


def _choice(kind: str, key: str, label: tuple[str, str], words: dict[str, tuple[str, str]]) -> dict[str, Any]:
    values = [{"value": code, "label": hindi} for code, (hindi, _) in words.items()]
    english = {f"en.{code}": said for code, (_, said) in words.items()}
    return _component(kind, key, label, values=values, properties=english)


def _only_when(component: dict[str, Any], rule: str) -> dict[str, Any]:
    return {**component, "conditional": {"hide": f"=not({rule})"}}


ROWS = _component(
    "dynamiclist",
    "relatives",
    ("निकट के लोग", "People nearby"),
    defaultRepetitions=1,
    allowAddRemove=True,
    properties={
        "row_hi": "निकट का व्यक्ति",
        "row_en": "Person nearby",
        "add_hi": "एक और व्यक्ति",
        "add_en": "One more",
    },
    components=[
        _component("textfield", "who", ("व्यक्ति का नाम", "Name of the person")),
        _choice("select", "kin", ("नाता", "Relation to the candidate"), KIN),
        _component("number", "age", ("आयु", "Age in years")),
    ],
)
_HOUSE = [
    Asked(_choice("radio", "tenure", ("मकान किसका है", "Whose house it is"), TENURE), TENURE["rent"]),
    Asked(
        _only_when(_component("textfield", "landlord", ("मकान मालिक", "Landlord")), 'tenure = "rent"'),
        ("ठाकुर उद्धव प्रसाद", "ठाकुर उद्धव प्रसाद"),
    ),
    Asked(_choice("select", "road", ("सड़क", "Road to the house"), ROAD), ROAD["mud"]),
]
_PLAIN = [
    Asked(
        _component("textfield", "mark", ("पहचान चिह्न", "Mark of identification")),
        ("दाहिनी तर्जनी पर तिल",) * 2,
    ),
    Asked(
        _component("textarea", "story", ("घटना का वर्णन", "Account of the visit")),
        ("द्वार पर ताला नहीं था; श्रीमती उर्मिला से वार्ता हुई",) * 2,
    ),
    Asked(
        _component("number", "height", ("ऊँचाई (से०मी०)", "Height (cm)"), decimalDigits=1),
        ("172.5", "172.5"),
    ),
    Asked(
        _component("datetime", "lives_since", ("कब से रहते हैं", "Lives here since"), subtype="date"),
        ("05-06-2012",) * 2,
    ),
    Asked(
        _component(
            "datetime",
            "joined_roll",
            ("मतदाता सूची का माह", "Month of the voters' roll"),
            subtype="date",
            properties={"precision": "month"},
        ),
        ("03-2019", "03-2019"),
    ),
    Asked(
        _component("datetime", "second_call", ("दूसरी वार्ता", "Second talk"), subtype="datetime"),
        ("21-11-2026 16:40", "21-11-2026 16:40"),
    ),
    Asked(
        _component("datetime", "door_time", ("द्वार पर समय", "Time at the door"), subtype="time"),
        ("09:15",) * 2,
    ),
    Asked(
        _choice("checklist", "seen", ("देखे गए कागजात", "Papers seen"), SEEN),
        ("राशन कार्ड, विद्युत विपत्र", "Ration card, Electricity bill"),
    ),
    Asked(
        _component("checkbox", "face_matches", ("चेहरा फोटो से मिलता है", "Face matches the photo")),
        ("हाँ", "Yes"),
    ),
    Asked(
        _component(
            "filepicker",
            "house_photo",
            ("मकान का फोटो", "Photo of the house"),
            accept=".jpg",
            properties={"capture": "environment"},
        ),
        (f"{PHOTO}.jpg",) * 2,
    ),
    Asked(
        ROWS,
        (
            "क्षितिज कृष्ण द्विवेदी, चाचा, 58; ज्ञानेश्वरी श्रीवास्तव, पड़ोसी, 44",
            "क्षितिज कृष्ण द्विवेदी, Uncle, 58; ज्ञानेश्वरी श्रीवास्तव, Neighbour, 44",
        ),
    ),
]
FIELDS = [*_PLAIN, *_HOUSE]
#: Asked only of him who owns the house: here it does not apply, and must be nowhere.
NOT_ASKED = _only_when(_component("textfield", "own_deed", ("केवाला संख्या", "Deed number")), 'tenure = "own"')


def components() -> list[dict[str, Any]]:
    """Everything that is added to a form: the fields, some of them in groups, and what is only shown."""
    house = _component("group", "house", TITLE, components=[*(each.component for each in _HOUSE), NOT_ASKED])
    words = {
        "type": "text",
        "id": "Added_words",
        "text": SHOWN_TEXT[0],
        "properties": {"text_en": SHOWN_TEXT[1]},
    }
    line, room = {"type": "separator", "id": "Added_line"}, {"type": "spacer", "id": "Added_room"}
    return [words, line, *(each.component for each in _PLAIN), room, house]


def release_with_every_kind(folder: Path, form: str, template: str) -> Path:
    """A copy of the shipped release in which a form has these fields, and a paper's text names their keys."""
    for part in ("processes", "forms", "templates/papers"):
        shutil.copytree(ROOT / part, folder / part)
    path = folder / "forms" / f"{form}.form"
    schema = json.loads(path.read_text("utf-8"))
    schema["components"] += components()
    path.write_text(json.dumps(schema, ensure_ascii=False), "utf-8")
    texts = folder / "templates" / "papers" / "texts.json"
    content = json.loads(texts.read_text("utf-8"))
    for place, language in enumerate(("hi", "en")):
        for each in FIELDS:
            phrase = f"[[\n{each.label[place]}: {{answer.{form}.{each.key}}}.]]"
            content["templates"][template][language] += phrase
        content["templates"][template][language] += f"[[\nown_deed: {{answer.{form}.own_deed}}]]"
    texts.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    return folder
