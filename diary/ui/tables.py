"""The numbers behind the charts, as tables for those who would rather read them."""

from calendar import day_name
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from diary.insight import Mix, MonthMean, MoodDay, WeekdayMean, shares
from diary.model import Mood
from diary.periods import Step
from diary.ui import text
from diary.ui.axes import span_name
from diary.ui.sentences import signed


@dataclass(frozen=True, slots=True)
class Table:
    """A ``title``, the names of the columns, and as many cells in each row."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def mood_days(days: Sequence[MoodDay], moods: Mapping[str, Mood]) -> Table:
    """A row for each day, newest first."""
    rows = [(text.dated(day.day), _called(moods[day.mood_id]), _exact(day.valence)) for day in days]
    span = f", {text.dated(days[0].day)} to {text.dated(days[-1].day)}" if days else ""
    return Table(f"Mood by day{span}", ("Day", "Mood", "Pleasantness"), tuple(reversed(rows)))


def months(means: Iterable[MonthMean]) -> Table:
    """A row for each month, newest first."""
    rows = [(span_name(mean.day, Step.MONTH), _exact(mean.valence), f"{mean.days}") for mean in means]
    return Table("Mean pleasantness by month", ("Month", "Pleasantness", "Days"), tuple(reversed(rows)))


def mix(mix: Mix, step: Step) -> Table:
    """A row for each mood of each step, the newest step and its most frequent mood first."""
    parts = sorted(shares(mix), key=lambda part: (part.start, part.days), reverse=True)
    rows = [(span_name(part.start, step), _called(part.mood), f"{part.days}", f"{part.share:.0%}") for part in parts]
    return Table(f"Moods by {step}", (step.capitalize(), "Mood", "Days", "Share"), tuple(rows))


def weekdays(means: Iterable[WeekdayMean]) -> Table:
    """A row for each weekday."""
    rows = [(day_name[mean.weekday], _exact(mean.valence), f"{mean.days:,}") for mean in means]
    return Table("Mean pleasantness by weekday", ("Weekday", "Pleasantness", "Days"), tuple(rows))


def plane(counts: Mapping[Mood, int]) -> Table:
    """A row for each mood, the most frequent first."""
    by_days = sorted(counts.items(), key=lambda item: -item[1])
    rows = [(_called(mood), _exact(mood.valence), _exact(mood.arousal), f"{days:,}") for mood, days in by_days]
    return Table("Pleasantness and energy of each mood", ("Mood", "Pleasantness", "Energy", "Days"), tuple(rows))


def html(table: Table) -> str:
    """The table in a box that scrolls by itself and can be reached by keyboard."""
    title = text.html(table.title)
    heads = "".join(f'<th scope="col">{text.html(head)}</th>' for head in table.heads)
    rows = "".join(_row(row) for row in table.rows)
    box = f'<div class="numbers" tabindex="0" role="region" aria-label="{title}">'
    return f"{box}<table><caption>{title}</caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"


def _row(cells: Sequence[str]) -> str:
    first, *others = (text.html(cell) for cell in cells)
    return f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in others)}</tr>'


def _exact(value: float) -> str:
    return signed(value, 2)


def _called(mood: Mood) -> str:
    return f"{mood.emoji} {mood.name}"
