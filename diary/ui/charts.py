"""The pictures of the moods page: Plotly figures from the rows of `diary.insight`.

A mark that stands for a day, or for the span that begins on it, carries its ISO date as ``customdata``.
All outside text is escaped, but for quotes, because Plotly reads a little HTML in labels and knows no &quot;.
"""

from calendar import day_abbr, day_name
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from html import escape

from diary.insight import Level, Mix, MonthMean, MoodDay, Share, WeekdayMean, shares
from diary.model import Mood
from diary.periods import Step
from diary.ui.axes import day_axis, place, span_name, step_axis
from diary.ui.canvas import BARE, Figure, Part, figure_of
from diary.ui.sentences import signed
from diary.ui.text import days as counted
from diary.ui.theme import Theme

STAY: Part = {"selected": {"marker": {"opacity": 1}}, "unselected": {"marker": {"opacity": 1}}}  # no fading at a click


def valence_chart(
    days: Sequence[MoodDay], stretches: Sequence[Sequence[Level]], moods: Mapping[str, Mood], theme: Theme
) -> Figure:
    """A dot for every day in the colour of its mood, and the rolling mean with its band, broken where days miss."""
    by_mood: dict[Mood, list[MoodDay]] = {}
    for day in days:
        by_mood.setdefault(moods[day.mood_id], []).append(day)
    size = 8 if len(days) < 120 else 6
    dots = [
        {
            "type": "scatter",
            "name": _called(mood),
            "x": [day.day for day in own],
            "y": [day.valence for day in own],
            "mode": "markers",
            "customdata": [day.day.isoformat() for day in own],
            "hovertemplate": "%{x|%a %-d %B %Y}<br>%{fullData.name}<extra></extra>",
            "marker": {"size": size, "color": theme.colour(mood), "line": {"width": 0}},
            **STAY,
        }
        for mood, own in by_mood.items()
    ]
    traces = [_band(stretches, theme), *dots, _mean_line(stretches, theme)]
    y: Part = {"range": [-1.08, 1.08], "tickvals": [-0.8, 0, 0.8], "ticktext": ["hard", "even", "good"]}
    return figure_of(theme, 260, traces, _time(days[0].day, days[-1].day), y)


def month_chart(months: Sequence[MonthMean], stretches: Sequence[Sequence[Level]], theme: Theme) -> Figure:
    """A dot for the mean of every month, and the mean of the year up to it."""
    dots = {
        "type": "scatter",
        "x": [month.day for month in months],
        "y": [round(month.valence, 3) for month in months],
        "mode": "markers",
        "customdata": [month.day.isoformat() for month in months],
        "hovertext": [f"{signed(month.valence)} over {counted(month.days)}" for month in months],
        "hovertemplate": "%{x|%B %Y}<br>%{hovertext}<extra></extra>",
        "marker": {"size": 7, "color": [theme.step(month.valence) for month in months], "line": {"width": 0}},
        **STAY,
    }
    each = -(-len(months) // 120)  # the mean of a year moves slowly: of more than ten years not every month is needed
    line = _mean_line([stretch[::-each][::-1] for stretch in stretches], theme)
    reach = max(0.5, *(abs(month.valence) + 0.05 for month in months))
    y = {"range": [-reach, reach], "tickvals": [-0.4, 0, 0.4], "ticktext": ["−0.4", "even", "+0.4"]}
    return figure_of(theme, 260, [dots, line], _time(months[0].day, months[-1].day), y)


def mix_chart(mix: Mix, step: Step, theme: Theme) -> Figure:
    """A bar for each ``step`` of time, built of its moods from the hardest below to the brightest on top."""
    parts: dict[Mood, list[Share]] = {}
    for part in shares(mix):
        parts.setdefault(part.mood, []).append(part)
    traces = [
        {
            "type": "bar",
            "name": _called(mood),
            "x": [place(part.start, step) for part in parts[mood]],
            "y": [round(part.share, 4) for part in parts[mood]],
            "width": 0.84,
            "text": escape(mood.emoji, quote=False) if len(mix) < 16 else "",
            "textposition": "inside",
            "insidetextanchor": "middle",
            "textangle": 0,
            "customdata": [part.start.isoformat() for part in parts[mood]],
            "hovertext": [f"{span_name(part.start, step)}<br>{part.days}" for part in parts[mood]],
            "hovertemplate": "%{hovertext} × %{fullData.name}, %{y:.0%}<extra></extra>",
            "marker": {"color": theme.colour(mood), "line": {"width": 0}},
            **STAY,
        }
        for mood in sorted(parts, key=lambda mood: (mood.valence, mood.name))
    ]
    y = {"range": [0, 1.03], "tickvals": [0, 0.5, 1], "tickformat": ".0%", **BARE}
    emoji = {"mode": "hide", "minsize": 12}  # those that do not fit their part
    return figure_of(theme, 280, traces, step_axis(mix, step) | BARE, y, barmode="stack", uniformtext=emoji)


def weekday_chart(rows: Sequence[WeekdayMean], theme: Theme) -> Figure:
    """The mean of each weekday, up or down from even."""
    bars = {
        "type": "bar",
        "x": [row.weekday for row in rows],
        "y": [round(row.valence, 3) for row in rows],
        "width": 0.72,
        "text": [signed(row.valence) for row in rows],
        "textposition": "outside",
        "textfont": {"color": theme.ink, "size": 13},
        "hovertext": [f"{day_name[row.weekday]}s: {signed(row.valence)} over {counted(row.days)}" for row in rows],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "marker": {"color": [theme.side(row.valence) for row in rows], "line": {"width": 0}},
        "cliponaxis": False,
    }
    low, high = min(0, *(row.valence for row in rows)), max(0.2, *(row.valence for row in rows))
    air = (high - low) / 6  # for the figures at the ends
    names = [day_abbr[day][:2] for day in range(7)]
    x = {"range": [-0.6, 6.6], "tickvals": list(range(7)), "ticktext": names, **BARE}
    y: Part = {"range": [low - (air if low < 0 else air / 4), high + air], "tickvals": [0], "ticktext": ["even"]}
    return figure_of(theme, 280, [bars], x, y | {"zerolinecolor": theme.edge})


def plane_chart(counts: Mapping[Mood, int], theme: Theme) -> Figure:
    """The moods on pleasantness and energy, the larger the more often; the word and number stand below each."""
    moods, most, total = list(counts), max(counts.values()), sum(counts.values())
    sizes = [26 + 30 * (days / most) ** 0.5 for days in counts.values()]
    edge = {"width": 2.5, "color": [theme.colour(mood) for mood in moods]}
    spots = {
        "type": "scatter",
        "x": [mood.valence for mood in moods],
        "y": [mood.arousal for mood in moods],
        "mode": "markers+text",
        "text": [escape(mood.emoji, quote=False) for mood in moods],
        "textfont": {"size": 15},
        "hovertext": [f"{_called(mood)}: {days:,} of {counted(total)}" for mood, days in counts.items()],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "marker": {"size": sizes, "color": [theme.faint(mood) for mood in moods], "line": edge, "opacity": 1},
    }
    words = {"showarrow": False, "font": {"size": 12.5, "color": theme.ink}}
    below = [
        {
            "x": mood.valence,
            "y": mood.arousal,
            "yshift": -size / 2 - 10,
            "text": f"{escape(mood.name, quote=False)} {days:,}",
            **words,
        }
        for (mood, days), size in zip(counts.items(), sizes, strict=True)
    ]
    x = {"range": [-1.2, 1.2], "tickvals": [-0.75, 0.75], "ticktext": ["unpleasant", "pleasant"], "showgrid": False}
    y = {"range": [-1.15, 1.1], "tickvals": [-0.8, 0.8], "ticktext": ["still", "lively"], "showgrid": False}
    return figure_of(theme, 400, [spots], x, y | {"tickangle": -90}, annotations=below)


def _time(first: date, last: date) -> Part:
    """The axis of days, with room for half a dot at either end."""
    air = (last - first) / 60 + timedelta(1)
    return {"type": "date", "range": [first - air, last + air], **BARE, **day_axis(first, last)}


def _mean_line(stretches: Sequence[Sequence[Level]], theme: Theme) -> Part:
    """One line; a None between stretches keeps them apart."""
    line = _joined([[(level.day, level.mean) for level in stretch] for stretch in stretches])
    return {"type": "scatter", **line, "line": {"color": theme.accent, "width": 3}, "hoverinfo": "skip"}


def _band(stretches: Sequence[Sequence[Level]], theme: Theme) -> Part:
    """One outline for each stretch: along its upper edge, and back along the lower."""
    outlines = [
        [(level.day, level.high) for level in stretch] + [(level.day, level.low) for level in reversed(stretch)]
        for stretch in stretches
    ]
    look = {"line": {"width": 0}, "fill": "toself", "fillcolor": theme.band, "hoverinfo": "skip"}
    return {"type": "scatter", **_joined(outlines), **look}


def _joined(lines: Sequence[Sequence[tuple[date, float]]]) -> Part:
    points: list[tuple[date | None, float | None]] = []
    for line in lines:
        points += [(None, None)] if points else []
        points += [(day, round(value, 3)) for day, value in line]
    return {"x": [day for day, _ in points], "y": [value for _, value in points], "mode": "lines"}


def _called(mood: Mood) -> str:
    return escape(f"{mood.emoji} {mood.name}", quote=False)
