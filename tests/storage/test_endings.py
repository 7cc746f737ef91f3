"""Log-ins that were ended before their time: one, all of an owner, or any of one who is shut out."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from diary.storage.database import reading
from diary.storage.endings import EndingStore
from diary.storage.tables import endings
from tests.builders import NOON, make_engine

ADA, BEN = "https://id.example#ada", "https://id.example#ben"
PHONE, LAPTOP = "a" * 64, "b" * 64
SECOND = timedelta(seconds=1)


@pytest.fixture
def store(database: str) -> EndingStore:
    return EndingStore(make_engine(database))


def test_a_log_in_lasts_until_it_is_ended_and_the_others_go_on(store: EndingStore) -> None:
    assert not store.is_over(ADA, PHONE, NOON)
    store.end(PHONE, NOON + SECOND)
    assert store.is_over(ADA, PHONE, NOON)
    assert not store.is_over(ADA, LAPTOP, NOON)
    assert not store.is_over(BEN, "c" * 64, NOON)


def test_ending_it_twice_is_no_error(store: EndingStore) -> None:
    store.end(PHONE, NOON)
    store.end(PHONE, NOON + SECOND)
    assert store.is_over(ADA, PHONE, NOON)


@pytest.mark.parametrize(("since", "over"), [(-SECOND, True), (timedelta(0), True), (SECOND, False)])
def test_signing_out_everywhere_ends_what_was_begun_until_then(
    store: EndingStore, since: timedelta, over: bool
) -> None:
    store.end_all(ADA, NOON)
    assert store.is_over(ADA, PHONE, NOON + since) is over
    assert not store.is_over(BEN, LAPTOP, NOON + since)


def test_it_can_be_done_again_later(store: EndingStore) -> None:
    store.end_all(ADA, NOON)
    store.end_all(ADA, NOON + 2 * SECOND)
    assert store.is_over(ADA, PHONE, NOON + SECOND)


def test_one_who_is_shut_out_cannot_begin_anew_until_let_in(store: EndingStore) -> None:
    later = NOON + timedelta(days=400)
    store.shut_out(ADA, NOON)
    assert store.is_over(ADA, PHONE, later)
    assert not store.is_over(BEN, LAPTOP, later)
    assert store.let_in(ADA)
    assert not store.is_over(ADA, PHONE, later)
    assert store.is_over(ADA, PHONE, NOON - SECOND), "what was begun before stays over"
    assert not store.let_in(ADA)
    assert not store.let_in(BEN)


def test_signing_out_everywhere_does_not_let_in_who_is_shut_out(store: EndingStore) -> None:
    store.shut_out(ADA, NOON)
    store.end_all(ADA, NOON + SECOND)
    assert store.is_over(ADA, PHONE, NOON + 2 * SECOND)


def test_what_ended_long_ago_is_forgotten_but_not_who_is_shut_out(store: EndingStore) -> None:
    store.end(PHONE, NOON)
    store.end(LAPTOP, NOON + 2 * SECOND)
    store.shut_out(BEN, NOON)
    store.forget(NOON + SECOND)
    assert not store.is_over(ADA, PHONE, NOON)
    assert store.is_over(ADA, LAPTOP, NOON)
    assert store.is_over(BEN, "c" * 64, NOON + SECOND)


def test_nothing_kept_tells_who_it_was(store: EndingStore, database: str | Path) -> None:
    store.end_all(ADA, NOON)
    store.shut_out(BEN, NOON)
    with reading(make_engine(database)) as connection:
        rows = [tuple(row) for row in connection.execute(select(endings))]
    assert len(rows) == 2
    assert not any(sign in str(row) for row in rows for sign in ("ada", "ben", "id.example"))
    assert all(isinstance(at, datetime) for _, at, _ in rows)
