"""Where days, weeks, months and years stand on the axes of the charts."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from diary.periods import Step
from diary.ui.axes import day_axis, place, span_name, step_axis

TODAY = date(2026, 11, 22)


@given(st.dates(date(1900, 1, 1), TODAY), st.integers(0, 40_000))
def test_a_phone_has_room_for_the_labels_of_any_stretch(first: date, length: int) -> None:
    last = first + timedelta(length)
    shown = day_axis(first, last)["tickvals"]
    assert len(shown) <= 7
    assert all(first <= one <= last for one in shown)
    assert shown or length < 31


@given(st.sets(st.dates(date(1900, 1, 1), TODAY), min_size=1, max_size=40), st.sampled_from(Step))
def test_every_step_has_its_place_in_order(some: set[date], step: Step) -> None:
    starts = sorted({step.start(one) for one in some})
    places = [place(start, step) for start in starts]
    axis = step_axis(starts, step)
    assert places == sorted(set(places))
    assert axis["range"][0] < places[0] <= places[-1] < axis["range"][1]
    assert len(axis["tickvals"]) == len(axis["ticktext"]) <= 7


def test_steps_are_called_by_their_names() -> None:
    weeks = step_axis([date(2026, 10, 26), date(2026, 11, 2)], Step.WEEK)
    assert weeks["ticktext"] == ["26 Oct", "2 Nov"]
    months = step_axis([date(2025, 11, 1), date(2026, 2, 1)], Step.MONTH)
    assert months["ticktext"] == ["Nov<br>2025", "Dec", "Jan<br>2026", "Feb"]
    names = [span_name(step.start(TODAY), step) for step in Step]
    assert names == ["Week of 16 November", "November 2026", "2026"]
