"""What a chart says, in one plain sentence: pure functions from the rows of `diary.insight` to text."""

from calendar import day_name, month_name
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from diary.insight import (
    SEEN,
    Level,
    MonthMean,
    MoodDay,
    WeekdayMean,
    YearDay,
    longest_bright_run,
    mean_valence,
    weekday_extremes,
)
from diary.model import Mood
from diary.periods import Period
from diary.ui.text import days as counted

ENOUGH = 5  # days that a period needs to be compared, and a month to be called the brightest
# The way from one mean to another on the plane: pleasantness up, level or down, then energy.
_WORDS = {
    (1, 1): "Brighter and livelier than",
    (1, 0): "Brighter than",
    (1, -1): "Calmer than",
    (0, 1): "Livelier than",
    (0, 0): "Much like",
    (0, -1): "Quieter than",
    (-1, 1): "Tenser than",
    (-1, 0): "Harder than",
    (-1, -1): "Heavier than",
}


def number(value: float, places: int = 1) -> str:
    """A valence or arousal as it is read: 0.4, −0.3, 0.0."""
    return f"{round(value, places) + 0.0:.{places}f}".replace("-", "−")


def signed(value: float, places: int = 1) -> str:
    """The same with its sign: +0.4, −0.3, 0.0."""
    return f"+{number(value, places)}" if round(value, places) > 0 else number(value, places)


def change_sentence(period: Period, now: Sequence[MoodDay], before: Sequence[MoodDay]) -> str:
    """The days of a ``period`` against those of the one before it."""
    if not now:
        return f"Nothing noted in the last {period}. A longer one has more to show."
    if len(now) < ENOUGH:
        return f"{counted(len(now))} in the last {period}: too few to compare yet."
    mean = mean_valence(now)
    if len(before) < ENOUGH:
        return f"{_tone(mean)}: {number(mean)} over {counted(len(now))}. The {period} before has too few to compare."
    energy, energy_before = (sum(day.arousal for day in days) / len(days) for days in (now, before))
    way = _way(mean - mean_valence(before)), _way(energy - energy_before)
    figures = f"{number(mean)} against {number(mean_valence(before))}"
    if not way[0] and way[1]:
        figures = f"energy {number(energy)} against {number(energy_before)}"
    return f"{_WORDS[way]} the {period} before: {figures}, {counted(len(now))}."


def whole_sentence(rows: Sequence[MoodDay | MonthMean]) -> str:
    """All days of a diary, of which there must be some."""
    days, first = sum(row.days for row in rows), rows[0].day
    mean = mean_valence(rows)
    return f"{_tone(mean)}: {number(mean)} over {counted(days)}, since {month_name[first.month]} {first.year}."


def valence_sentence(stretches: Sequence[Sequence[Level]]) -> str:
    """Where the line of rolling means stands highest and lowest."""
    levels = [level for stretch in stretches for level in stretch]
    if not levels:
        return "Too few days for a line yet."
    highest, lowest = max(levels, key=lambda level: level.mean), min(levels, key=lambda level: level.mean)
    if highest.mean - lowest.mean < 2 * SEEN:
        return "An even stretch: the line hardly moves."
    return f"Brightest around {_day(highest.day)}, hardest around {_day(lowest.day)}."


def months_sentence(months: Sequence[MonthMean]) -> str:
    """The brightest and the hardest month."""
    known = sorted((month for month in months if month.days >= ENOUGH), key=lambda month: month.valence)
    if len(known) < 2 or known[-1].valence - known[0].valence < SEEN:
        return "The months hardly differ."
    low, high = known[0], known[-1]
    return f"Brightest in {month_name[high.month]} {high.year}, hardest in {month_name[low.month]} {low.year}."


def pixels_sentence(days: Sequence[MoodDay], year: int) -> str:
    """The longest bright run of the ``year``, when there was one."""
    run = longest_bright_run(days)
    if len(run) < 3:
        return f"{counted(len(days))} of {year} with a mood." if days else f"No day of {year} has a mood yet."
    return f"The longest bright run was {counted(len(run))}, from {_day(run[0].day)}."


def year_sentence(days: Sequence[YearDay], names: Mapping[str, str]) -> str:
    """The days of one year: how many, the mood they had most often, the brightest month. ``names`` are by mood's id."""
    if not days:
        return "No day of this year is written yet."
    moods = [day.mood for day in days if day.mood]
    months: dict[int, list[MoodDay]] = {}
    for mood in moods:
        months.setdefault(mood.day.month, []).append(mood)
    known = sorted((mean_valence(rows), month) for month, rows in months.items() if len(rows) >= ENOUGH)
    bright = len(known) > 1 and known[-1][0] - known[0][0] >= SEEN
    parts = [counted(len(days)), *_most_often(Counter(names[mood.mood_id] for mood in moods))]
    return ", ".join([*parts, f"brightest in {month_name[known[-1][1]]}"] if bright else parts) + "."


def years_sentence(days: Mapping[str, int], names: Mapping[str, str]) -> str:
    """The days of several years that have a mood: how many, by the mood's id."""
    if not days:
        return "No day of these years has a mood yet."
    counts = Counter[str]()
    for mood_id, count in days.items():
        counts[names[mood_id]] += count
    return ", ".join([f"{counted(counts.total())} with a mood", *_most_often(counts)]) + "."


def mix_sentence(counts: Mapping[Mood, int]) -> str:
    """The one or two moods that were noted most."""
    if not counts:
        return "No day has a mood here yet."
    most = max(counts.values())
    first, *ties = [mood.name for mood, days in counts.items() if days == most]
    often = f"most often, on {most:,} of {counted(sum(counts.values()))}"
    if len(ties) > 1:
        return f"{len(ties) + 1} moods came {often} each."
    if ties:
        return f"{first.capitalize()} and {ties[0]} came {often} each."
    rest = [(mood.name, days) for mood, days in counts.items() if mood.name != first]
    second = max(rest, key=lambda item: item[1], default=None)
    return f"{first.capitalize()} came {often}" + (f"; then {second[0]}, on {second[1]:,}." if second else ".")


def weekday_sentence(rows: Sequence[WeekdayMean]) -> str:
    """The brightest and the hardest weekday."""
    if extremes := weekday_extremes(rows):
        return f"{day_name[extremes[0].weekday]}s are the brightest, {day_name[extremes[1].weekday]}s the hardest."
    return "So far the weekdays do not differ enough to say."


def plane_sentence(counts: Mapping[Mood, int]) -> str:
    """The quarter of the plane that holds most days."""
    quarters: dict[tuple[bool, bool], int] = {}
    for mood, days in counts.items():
        place = mood.valence > 0, mood.arousal > 0
        quarters[place] = quarters.get(place, 0) + days
    (pleasant, lively), most = max(quarters.items(), key=lambda item: item[1])
    where = f"{'pleasant' if pleasant else 'unpleasant'} and {'lively' if lively else 'still'}"
    return f"Most often {where}: {most:,} of {counted(sum(counts.values()))}."


def _most_often(counts: Counter[str]) -> list[str]:
    """The one or two names that come most often, where there are no more."""
    most = [name for name, days in counts.items() if days == max(counts.values())]
    return [f"most often {' and '.join(most)}"] if 0 < len(most) < 3 else []


def _way(change: float) -> int:
    return 0 if abs(change) < SEEN - 1e-9 else 1 if change > 0 else -1


def _tone(mean: float) -> str:
    return "On the whole even" if abs(mean) < SEEN else "On the whole bright" if mean > 0 else "On the whole hard"


def _day(day: date) -> str:
    return f"{day.day} {month_name[day.month]}"
