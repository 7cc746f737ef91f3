"""The life of a song: how its days are summed up."""

import itertools
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from diary.life import NOTICED, ChosenMonth, Life, Pause, pauses_after

DAYS = st.lists(st.dates(date(2015, 1, 1), date(2026, 1, 1)), unique=True, min_size=1, max_size=40).map(sorted)


def lived(days: list[date]) -> Life:
    """What the database tells of days, every third of which has no mood."""
    groups: dict[tuple[int, int, str | None], list[date]] = {}
    for place, day in enumerate(days):
        groups.setdefault((day.year, day.month, ("calm", "sad", None)[place % 3]), []).append(day)
    return Life(tuple(ChosenMonth(mood, len(some), some[0], some[-1]) for (_, _, mood), some in groups.items()))


@given(DAYS)
def test_months_tell_the_same_as_the_days_themselves(days: list[date]) -> None:
    life = lived(days)
    assert (life.days, life.first, life.last) == (len(days), days[0], days[-1])
    gaps = [Pause(earlier, later) for earlier, later in itertools.pairwise(days)]
    longest = max(gaps, key=lambda pause: pause.days, default=None)
    assert life.longest_pause == (longest if longest and longest.days >= NOTICED else None)
    assert sum(count for _, count in life.moods()) == len(days)
    assert sum(count for some in life.by_month().values() for _, count in some) == len(days)


@given(DAYS)
def test_each_pause_stands_after_the_day_that_ended_it(days: list[date]) -> None:
    newest_first = days[::-1]
    pauses = pauses_after(newest_first)
    assert len(pauses) == len(days)
    assert pauses[-1] is None
    for day, earlier, pause in zip(newest_first, newest_first[1:], pauses, strict=False):
        assert pause == (Pause(earlier, day) if day - earlier >= timedelta(NOTICED) else None)


def test_moods_come_in_the_order_of_their_days() -> None:
    day = date(2026, 1, 1)
    life = Life((ChosenMonth("sad", 1, day, day), ChosenMonth("calm", 2, day, day), ChosenMonth(None, 3, day, day)))
    assert life.moods() == ((None, 3), ("calm", 2), ("sad", 1))
    assert life.by_month() == {(2026, 1): ((None, 3), ("calm", 2), ("sad", 1))}
    assert life.longest_pause is None
