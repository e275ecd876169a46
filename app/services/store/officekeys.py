"""The keys by which offices sign papers: named in the settings, opened when first wanted, held open; their state."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from app import pades, papers
from app.config import ByHand
from app.domain.roles import Permission

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from app.config import Settings, TokenKey
    from app.crypto import KeyRing
    from app.domain.roles import Actor

#: How long before its certificate ends those concerned are told: a new one takes weeks.
WARNING = timedelta(days=30)
_BLANK = "________"
SIDES = ("dm", "sp")


@dataclass(frozen=True, slots=True)
class KeyState:
    """One office's way to sign.

    `state`: ink (no key is set) | officer (on his own machine) | ok | expiring | unusable (then `problem` says why).
    """

    side: str  # dm | sp
    state: Literal["ink", "officer", "ok", "expiring", "unusable"]
    subject: str = ""
    valid_till: datetime | None = None
    problem: str = ""
    file: str = ""

    @property
    def needs_care(self) -> bool:
        return self.state in ("expiring", "unusable")


class OfficeKeys:
    """One per process. `places`: "<LGD code>-<dm|sp>" -> PKCS#12 file, key on a token or the officer's own hand.

    Others sign in ink.

    A file that was replaced is opened anew, so that a new certificate needs no restart; so is a token that failed.
    `takes_rsa_2048`: keys of 112 bits of security sign, too (decisions/049).
    """

    def __init__(
        self,
        places: Mapping[str, Path | TokenKey | ByHand],
        passphrase: str,
        pin: str = "",
        *,
        takes_rsa_2048: bool = False,
    ) -> None:
        self._places, self._passphrase, self._pin = dict(places), passphrase, pin
        self._open: dict[Path, tuple[int, pades.Signatory]] = {}
        self.takes_rsa_2048 = takes_rsa_2048

    def of(self, district_id: int, side: str, now: datetime) -> pades.Signatory | None:
        """The key of an office, usable now; None where it signs in ink. Raises pades.KeyRefused."""
        place = self._places.get(f"{district_id}-{side}")
        if place is None or isinstance(place, ByHand):
            return None
        return self._usable(place, now)

    def is_by_hand(self, district_id: int, side: str) -> bool:
        """Whether whoever decides in an office signs its papers on his own machine."""
        return isinstance(self._places.get(f"{district_id}-{side}"), ByHand)

    def is_in_hand_of(self, actor: Actor) -> bool:
        """Whether this officer signs the papers that he decides on, on his own machine."""
        side = actor.post.office_kind.removesuffix("_office")
        return actor.may(Permission.PAPER_SIGN) and self.is_by_hand(actor.district_id, side)

    def state(self, district_id: int, side: str, now: datetime) -> KeyState:
        place = self._places.get(f"{district_id}-{side}")
        if place is None:
            return KeyState(side, "ink")
        if isinstance(place, ByHand):
            return KeyState(side, "officer")
        try:
            held = self._usable(place, now).certificate
        except pades.KeyRefused as refused:
            return KeyState(side, "unusable", problem=refused.key, file=_name(place))
        state: Literal["ok", "expiring"] = "expiring" if held.valid_till - now < WARNING else "ok"
        return KeyState(side, state, held.subject, held.valid_till, file=_name(place))

    def states(self, district_id: int, now: datetime) -> list[KeyState]:
        return [self.state(district_id, side, now) for side in SIDES]

    def of_post(self, actor: Actor, now: datetime) -> list[KeyState]:
        """What signs the papers of the office in which an officer acts; nothing where it issues none."""
        side = actor.post.office_kind.removesuffix("_office")
        return [self.state(actor.district_id, side, now)] if side in SIDES else []

    def worst(self, now: datetime) -> str:
        """The state of the key that is worst of all, for those who watch the machine."""
        order = ("ink", "officer", "ok", "expiring", "unusable")
        found = [self.state(int(code), side, now).state for code, side in map(_parted, self._places)]
        return max(found, key=order.index, default="ink")

    def _usable(self, place: Path | TokenKey, now: datetime) -> pades.Signatory:
        opened = self._of_file(place) if isinstance(place, Path) else pades.open_token(place, self._pin)
        return pades.usable(opened, now, _name(place), takes_rsa_2048=self.takes_rsa_2048)

    def _of_file(self, path: Path) -> pades.Signatory:
        try:
            written = path.stat().st_mtime_ns
        except OSError as error:
            raise pades.KeyRefused("papers.key.missing", file=path.name) from error
        held = self._open.get(path)
        if held is None or held[0] != written:
            held = self._open[path] = (written, pades.open_key(path, self._passphrase))
        return held[1]


def foretold(
    office_keys: OfficeKeys, district_id: int, facts: papers.PaperFacts, now: datetime
) -> papers.PaperFacts:
    """What a draft says of how the paper will be signed; its time is open."""
    found = office_keys.state(district_id, facts.signer.office, now)
    if found.state == "ink":
        return facts
    signer = replace(facts.signer, mode="digital", signed_at=_BLANK, certified_to=found.subject)
    return replace(facts, signer=signer)


def make_demo_keys(ring: KeyRing, settings: Settings, districts: Iterable[int], now: datetime) -> None:
    """A key for either office of each district, certified by nobody, and the setting that names them; demo only."""
    passphrase = settings.signature_passphrase or ring.passphrase()
    names = {f"{code}-{side}": f"keys/{code}-{side}.p12" for code in districts for side in SIDES}
    for name, path in names.items():
        data = pades.demo_key(f"डेमो / DEMO {name}", passphrase, now)
        target = settings.instance / path
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        target.write_bytes(data)
        target.chmod(0o600)
    said = ",".join(f"{name}={path}" for name, path in names.items())
    with (settings.instance / "config.py").open("a", encoding="utf-8") as config:
        config.write(f'SIGNATURE_KEYS = "{said}"\n')


def _name(place: Path | TokenKey) -> str:
    """What a key is called where it is told of: never its whole path."""
    return place.name if isinstance(place, Path) else str(place)


def _parted(name: str) -> tuple[str, str]:
    code, _, side = name.partition("-")
    return code, side


NO_KEYS = OfficeKeys({}, "")
