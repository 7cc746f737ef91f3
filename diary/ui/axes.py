"""Where days, weeks, months and years stand on the axes of the charts, and what is written under them."""

from calendar import month_abbr, month_name
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from diary.periods import Step

LABELS = 6  # as many as a phone has room for
EPOCH = date(1, 1, 1)  # a Monday


def day_axis(first: date, last: date) -> dict[str, Any]:
    """The ticks of a Plotly date axis from ``first`` to ``last``, at most `LABELS` and one."""
    days = (last - first).days
    if days < 45:
        return {"tickvals": [first + timedelta(k) for k in range(3, days + 1, 7)], "tickformat": "%-d %b"}
    months = 12 * (last.year - first.year) + last.month - first.month + 1
    every = next(step for step in (1, 2, 3, 6, 12 * (1 + months // (12 * LABELS))) if months / step <= LABELS + 1)
    starts = [_month(12 * first.year + first.month - 1 + k) for k in range(months + 1)]
    shown = [day for day in starts if first <= day <= last and (12 * day.year + day.month - 1) % every == 0]
    return {"tickvals": shown, "tickformat": "%Y" if every >= 12 else "%b %Y" if months > 13 else "%b"}


def place(start: date, step: Step) -> int:
    """The number of the week, month or year that begins on ``start``, so that what has no days leaves a gap."""
    if step is Step.WEEK:
        return (start - EPOCH).days // 7
    return 12 * start.year + start.month - 1 if step is Step.MONTH else start.year


def span_name(start: date, step: Step) -> str:
    """What a person calls the week, month or year that begins on ``start``."""
    if step is Step.WEEK:
        return f"Week of {start.day} {month_name[start.month]}"
    return f"{month_name[start.month]} {start.year}" if step is Step.MONTH else str(start.year)


def step_axis(starts: Iterable[date], step: Step) -> dict[str, Any]:
    """The range and ticks of an axis of `place` numbers: room for five at least, `LABELS` and one labels at most."""
    places = [place(start, step) for start in starts]
    first, last = min(places), max(places)
    shown = list(range(first, last + 1, 1 + (last - first) // LABELS))
    names = [_short(at, step) for at in shown]
    if step is Step.MONTH:
        turns = [at == first or at // 12 != before // 12 for before, at in zip([first, *shown], shown, strict=False)]
        names = [f"{name}<br>{at // 12}" if turn else name for name, at, turn in zip(names, shown, turns, strict=True)]
    return {"range": [min(first, last - 4) - 0.6, last + 0.6], "tickvals": shown, "ticktext": names}


def _short(at: int, step: Step) -> str:
    if step is Step.WEEK:
        day = EPOCH + timedelta(weeks=at)
        return f"{day.day} {month_abbr[day.month]}"
    return month_abbr[at % 12 + 1] if step is Step.MONTH else str(at)


def _month(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)
