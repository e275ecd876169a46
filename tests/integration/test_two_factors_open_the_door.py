"""Name, password and code together: a code works once across processes, a recovery code once, a guess seldom."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from app.models.tables.officers import officer, recovery_code, sign_in_try
from app.services.access import door, factors
from app.services.installation import upkeep
from app.services.store import scopes
from tests.districts import NOW
from tests.doorway import OTHER, PASSWORD, Doorway, is_in
from tests.visitor import Visitor, without_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REFUSED = 422


@pytest.fixture
def doorway(demo_url: str, tmp_path: Path) -> Iterator[Doorway]:
    made = Doorway(demo_url, tmp_path, NOW)
    yield made
    made.close()


def recovery_codes(doorway: Doorway, officer_id) -> list[str]:
    return doorway.database.write(
        lambda session: factors.new_recovery_codes(session, officer_id, doorway.now), scopes.door(218)
    )


def test_neither_factor_opens_alone_and_every_refusal_reads_alike(doorway: Doorway) -> None:
    person = doorway.person("dm")
    pages = [
        doorway.sign_in(person, password, code)
        for password, code in [(PASSWORD, "000000"), (OTHER, person.phone.code(NOW)), (OTHER, "000000")]
    ]
    pages.append(person.browser.sign_in("dm", PASSWORD, ""))
    assert {page.status_code for page in pages} == {REFUSED}
    assert len({without_tokens(page.data) for page in pages}) == 1
    assert not is_in(person.browser)


def test_a_code_works_once_whichever_process_is_asked(doorway: Doorway) -> None:
    person, other = doorway.person("dm"), doorway.again()
    code = person.phone.code(NOW)
    assert doorway.sign_in(person, code=code).status_code == 303
    thief = Visitor(other.app)
    assert thief.sign_in("dm", PASSWORD, code).status_code == REFUSED
    other.close()


def test_of_many_who_use_one_code_at_the_same_instant_one_comes_in(doorway: Doorway) -> None:
    person, processes = doorway.person("dm"), [doorway, doorway.again()]
    code = person.phone.code(NOW)

    def come(number: int) -> int:
        return Visitor(processes[number % 2].app).sign_in("dm", PASSWORD, code).status_code

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(come, range(4)))
    assert sorted(answers) == [303, REFUSED, REFUSED, REFUSED]
    processes[1].close()


def test_a_wrong_password_burns_no_code(doorway: Doorway) -> None:
    person = doorway.person("dm")
    code = person.phone.code(NOW)
    doorway.sign_in(person, OTHER, code)
    assert doorway.sign_in(person, code=code).status_code == 303


@pytest.mark.parametrize("shape", ["{}", " {} ", "digits"])
def test_a_code_may_be_typed_with_blanks_or_in_other_digits(doorway: Doorway, shape: str) -> None:
    person = doorway.person("dm")
    code = person.phone.code(NOW)
    spread = f"{code[:3]} {code[3:]}"
    typed = (
        code.translate(str.maketrans("0123456789", "०१२३४५६७८९"))
        if shape == "digits"
        else shape.format(spread)
    )
    assert doorway.sign_in(person, code=typed).status_code == 303


def test_a_recovery_code_works_once_and_is_kept_as_a_digest(doorway: Doorway) -> None:
    person = doorway.person("dm")
    codes = recovery_codes(doorway, person.id)
    assert len(set(codes)) == factors.RECOVERY_CODES
    assert {len(code.replace("-", "")) for code in codes} == {28}, "140 bits: a digest is enough for them"
    assert doorway.sign_in(person, code=codes[0].lower().replace("-", " ")).status_code == 303
    assert doorway.sign_in(person, code=codes[0]).status_code == REFUSED
    assert doorway.sign_in(person, code=codes[1]).status_code == 303
    with doorway.database.engine.connect() as connection:
        kept = connection.execute(select(recovery_code)).all()
    assert sum(row.used_at is not None for row in kept) == 2
    assert not [row for row in kept for code in codes if code.replace("-", "").encode() in bytes(row.digest)]


def test_another_officers_recovery_code_opens_nothing(doorway: Doorway) -> None:
    person, other = doorway.person("dm"), doorway.person("sp")
    [code, *_] = recovery_codes(doorway, other.id)
    assert doorway.sign_in(person, code=code).status_code == REFUSED


def test_a_secret_moved_from_another_row_opens_nothing(doorway: Doorway) -> None:
    person, thief = doorway.person("dm"), doorway.person("sp")
    with doorway.database.engine.execution_options(writing=True).begin() as connection:
        moved = connection.execute(select(officer.c.totp_secret).where(officer.c.id == thief.id)).scalar_one()
        connection.execute(update(officer).where(officer.c.id == person.id).values(totp_secret=moved))
    assert doorway.sign_in(person, code=thief.phone.code(NOW)).status_code == REFUSED


def test_an_account_without_a_second_factor_is_closed(doorway: Doorway) -> None:
    person = doorway.person("dm")
    with doorway.database.engine.execution_options(writing=True).begin() as connection:
        connection.execute(update(officer).where(officer.c.id == person.id).values(totp_secret=None))
    assert doorway.sign_in(person).status_code == REFUSED


def test_no_secret_stands_readable_in_the_table(doorway: Doorway) -> None:
    person = doorway.person("dm")
    with doorway.database.engine.connect() as connection:
        stored = connection.execute(select(officer.c.totp_secret)).scalars().all()
    assert all(person.phone.secret not in bytes(each) for each in stored)


def tries(doorway: Doorway, seconds: int, every: int, name: str = "dm") -> int:
    """How many of a stranger's guesses are judged when he comes every so many seconds from ever other devices."""
    judged = 0
    for second in range(0, seconds, every):
        judged += doorway.database.write(
            lambda session, at=doorway.now: door.take(session, name, b"", at), scopes.door(218)
        )
        doorway.goes_on(seconds=every)
        assert second < seconds
    return judged


@pytest.mark.parametrize("name", ["dm", "nobody-has-this-name"])
def test_strangers_have_fewer_than_a_hundred_guesses_an_hour_together(doorway: Doorway, name: str) -> None:
    first, second = tries(doorway, 3600, 5, name), tries(doorway, 3600, 5, name)
    assert 5 <= first < 100
    assert 1 <= second < 10


def test_guesses_that_come_at_the_same_instant_are_counted_each(doorway: Doorway) -> None:
    def guess(_: int) -> bool:
        return doorway.database.write(lambda session: door.take(session, "dm", b"", NOW), scopes.door(218))

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(guess, range(24))) == door.FREE_TRIES


def test_the_owner_comes_in_on_his_device_while_strangers_guess(doorway: Doorway) -> None:
    owner = doorway.let_in("dm")
    owner.browser.get("/account")
    owner.browser.post("/sign-out")
    for _ in range(12):
        Visitor(doorway.app).sign_in("dm", "guess", "000000")
    assert doorway.sign_in(owner).status_code == 303


def test_his_success_gives_strangers_no_new_guesses(doorway: Doorway) -> None:
    owner = doorway.let_in("dm")
    for _ in range(door.FREE_TRIES + 1):
        Visitor(doorway.app).sign_in("dm", "guess", "000000")
    assert doorway.sign_in(owner).status_code == 303
    with doorway.database.engine.connect() as connection:
        failures = connection.execute(
            select(sign_in_try.c.failures).where(sign_in_try.c.device == b"")
        ).scalars()
        assert max(failures) >= door.FREE_TRIES


def test_whoever_fails_on_a_known_device_waits_too(doorway: Doorway) -> None:
    owner = doorway.let_in("dm")
    for _ in range(door.FREE_TRIES):
        doorway.sign_in(owner, OTHER, "000000")
    assert doorway.sign_in(owner).status_code == REFUSED
    doorway.goes_on(minutes=1)
    assert doorway.sign_in(owner).status_code == 303


def test_a_device_of_a_colleague_guesses_from_the_budget_of_all_strangers(doorway: Doorway) -> None:
    colleague, dm = doorway.let_in("sp"), doorway.person("dm")
    colleague.browser.get("/account")
    colleague.browser.post("/sign-out")
    for _ in range(door.FREE_TRIES):
        colleague.browser.sign_in("dm", "guess", "000000")
    assert doorway.sign_in(dm).status_code == REFUSED


def test_what_is_counted_no_more_is_swept(doorway: Doorway) -> None:
    Visitor(doorway.app).sign_in("dm", "guess", "000000")
    doorway.goes_on(hours=25)
    upkeep.run(doorway.database, doorway.folder / "checkpoints", doorway.now)
    with doorway.database.engine.connect() as connection:
        assert connection.execute(select(sign_in_try)).all() == []
