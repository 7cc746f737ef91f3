"""The pictures of the moods page: Plotly figures from the rows of `diary.insight`.

A mark that stands for a day, or for the span that begins on it, carries its ISO date as ``customdata``.
All outside text is escaped, because Plotly reads a little HTML in labels.
"""

from calendar import day_abbr, day_name, month_abbr, monthrange
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from html import escape
from typing import Any, TypeAlias

import plotly.graph_objects as go

from diary.insight import Level, Mix, MonthMean, MoodDay, Share, Step, WeekdayMean, shares
from diary.model import Mood
from diary.ui.axes import day_axis, place, span_name, step_axis
from diary.ui.sentences import signed
from diary.ui.theme import Theme

Figure: TypeAlias = go.Figure
FONT = "Figtree, system-ui, sans-serif"
EMOJI = '"Apple Color Emoji", "Segoe UI Emoji", "Noto Color Emoji", sans-serif'
_STAY = {"selected": {"marker": {"opacity": 1}}, "unselected": {"marker": {"opacity": 1}}}  # nothing fades at a click


def valence_chart(
    days: Sequence[MoodDay], stretches: Sequence[Sequence[Level]], moods: Mapping[str, Mood], theme: Theme
) -> Figure:
    """A dot for every day in the colour of its mood, and the rolling mean with its band, broken where days miss."""
    by_mood: dict[Mood, list[MoodDay]] = {}
    for day in days:
        by_mood.setdefault(moods[day.mood_id], []).append(day)
    size = 8 if len(days) < 120 else 6
    figure = _figure(theme, 260, [_band(stretches, theme)])
    for mood, own in by_mood.items():
        figure.add_scatter(
            name=_called(mood),
            x=[day.day for day in own],
            y=[day.valence for day in own],
            mode="markers",
            customdata=[day.day.isoformat() for day in own],
            hovertemplate="%{x|%a %-d %B %Y}<br>%{fullData.name}<extra></extra>",
            marker={"size": size, "color": theme.colour(mood), "line": {"width": 0}},
            **_STAY,
        )
    figure.add_trace(_mean_line(stretches, theme))
    figure.update_yaxes(range=[-1.08, 1.08], tickvals=[-0.8, 0, 0.8], ticktext=["hard", "even", "good"])
    return _over_days(figure, days[0].day, days[-1].day)


def month_chart(months: Sequence[MonthMean], stretches: Sequence[Sequence[Level]], theme: Theme) -> Figure:
    """A dot for the mean of every month, and the mean of the year up to it."""
    figure = _figure(theme, 260)
    figure.add_scatter(
        x=[month.day for month in months],
        y=[round(month.valence, 3) for month in months],
        mode="markers",
        customdata=[month.day.isoformat() for month in months],
        hovertext=[f"{signed(month.valence)} over {month.days} days" for month in months],
        hovertemplate="%{x|%B %Y}<br>%{hovertext}<extra></extra>",
        marker={"size": 7, "color": [theme.step(month.valence) for month in months], "line": {"width": 0}},
        **_STAY,
    )
    figure.add_trace(_mean_line(stretches, theme))
    reach = max(0.5, *(abs(month.valence) + 0.05 for month in months))
    figure.update_yaxes(range=[-reach, reach], tickvals=[-0.4, 0, 0.4], ticktext=["−0.4", "even", "+0.4"])
    return _over_days(figure, months[0].day, months[-1].day)


def pixels_chart(
    grid: Sequence[Sequence[MoodDay | None]], year: int, last: date, moods: Mapping[str, Mood], theme: Theme
) -> Figure:
    """A place for every day of the ``year`` up to ``last``: in its mood's colour, or faint where none is noted."""
    noted: dict[Mood, list[date]] = {}
    empty: list[date] = []
    for month, row in enumerate(grid, 1):
        for number, cell in enumerate(row[: monthrange(year, month)[1]], 1):
            if cell:
                noted.setdefault(moods[cell.mood_id], []).append(cell.day)
            elif date(year, month, number) <= last:
                empty.append(date(year, month, number))
    figure = _figure(theme, 310, [_places(empty, "no mood noted", theme.line, 0.6)])
    figure.add_traces([_places(days, _called(mood), theme.colour(mood), 1) for mood, days in noted.items()])
    names = [month_abbr[month] for month in range(1, 13)]
    figure.update_layout(barmode="overlay")
    figure.update_xaxes(showgrid=False, zeroline=False, range=[0.4, 31.6], tickvals=[1, 8, 15, 22, 29], side="top")
    figure.update_yaxes(showgrid=False, zeroline=False, range=[12.6, 0.4], tickvals=list(range(1, 13)), ticktext=names)
    return figure


def mix_chart(mix: Mix, step: Step, theme: Theme) -> Figure:
    """A bar for each ``step`` of time, built of its moods from the hardest below to the brightest on top."""
    figure = _figure(theme, 280)
    parts: dict[Mood, list[Share]] = {}
    for part in shares(mix):
        parts.setdefault(part.mood, []).append(part)
    for mood in sorted(parts, key=lambda mood: (mood.valence, mood.name)):
        own = parts[mood]
        figure.add_bar(
            name=_called(mood),
            x=[place(part.start, step) for part in own],
            y=[round(part.share, 4) for part in own],
            width=0.84,
            text=escape(mood.emoji) if len(mix) < 16 else "",
            customdata=[part.start.isoformat() for part in own],
            hovertext=[f"{span_name(part.start, step)}<br>{part.days}" for part in own],
            hovertemplate="%{hovertext} × %{fullData.name}, %{y:.0%}<extra></extra>",
            marker={"color": theme.colour(mood), "line": {"width": 0}},
            **_STAY,
        )
    figure.update_traces(textposition="inside", insidetextanchor="middle", textangle=0, textfont={"family": EMOJI})
    figure.update_layout(barmode="stack", uniformtext={"mode": "hide", "minsize": 12})
    figure.update_yaxes(range=[0, 1.03], tickvals=[0, 0.5, 1], tickformat=".0%", showgrid=False, zeroline=False)
    figure.update_xaxes(showgrid=False, zeroline=False, **step_axis(mix, step))
    return figure


def weekday_chart(rows: Sequence[WeekdayMean], theme: Theme) -> Figure:
    """The mean of each weekday, up or down from even."""
    figure = _figure(theme, 280)
    figure.add_bar(
        x=[row.weekday for row in rows],
        y=[round(row.valence, 3) for row in rows],
        width=0.72,
        text=[signed(row.valence) for row in rows],
        textposition="outside",
        textfont={"color": theme.ink, "size": 13},
        hovertext=[f"{day_name[row.weekday]}s: {signed(row.valence)} over {row.days} days" for row in rows],
        hovertemplate="%{hovertext}<extra></extra>",
        marker={"color": [theme.side(row.valence) for row in rows], "line": {"width": 0}},
        cliponaxis=False,
    )
    low, high = min(0, *(row.valence for row in rows)), max(0.2, *(row.valence for row in rows))
    air = (high - low) / 6  # for the figures at the ends
    figure.update_yaxes(
        range=[low - (air if low < 0 else air / 4), high + air],
        tickvals=[0],
        ticktext=["even"],
        zerolinecolor=theme.edge,
    )
    names = [day_abbr[day][:2] for day in range(7)]
    figure.update_xaxes(range=[-0.6, 6.6], showgrid=False, zeroline=False, tickvals=list(range(7)), ticktext=names)
    return figure


def plane_chart(counts: Mapping[Mood, int], theme: Theme) -> Figure:
    """The moods on pleasantness and energy, the larger the more often; the word and number stand below each."""
    figure = _figure(theme, 400)
    most = max(counts.values())
    for mood, days in counts.items():
        size = 26 + 30 * (days / most) ** 0.5
        spot = {"x": [mood.valence], "y": [mood.arousal], "name": _called(mood), "mode": "markers+text"}
        figure.add_scatter(
            **spot,
            text=[escape(mood.emoji)],
            textfont={"size": 15, "family": EMOJI},
            hovertemplate=f"%{{fullData.name}}: {days:,} of {sum(counts.values()):,} days<extra></extra>",
            marker={
                "size": size,
                "color": _faint(theme.colour(mood)),
                "line": {"width": 2.5, "color": theme.colour(mood)},
            },
        )
        words = {"text": f"{escape(mood.name)} {days:,}", "font": {"size": 12.5, "color": theme.ink}}
        figure.add_annotation(x=mood.valence, y=mood.arousal, yshift=-size / 2 - 10, showarrow=False, **words)
    figure.update_xaxes(range=[-1.2, 1.2], tickvals=[-0.75, 0.75], ticktext=["unpleasant", "pleasant"], showgrid=False)
    figure.update_yaxes(range=[-1.15, 1.1], tickvals=[-0.8, 0.8], ticktext=["still", "lively"], showgrid=False)
    figure.update_yaxes(tickangle=-90)
    return figure


def _figure(theme: Theme, height: int, traces: Iterable[Any] = ()) -> Figure:
    """An empty picture that lets the ground and the page's own scrolling through."""
    figure = Figure(list(traces))
    font = {"family": FONT, "size": 13, "color": theme.soft}
    hover = {"bgcolor": theme.surface, "bordercolor": theme.edge, "font": {**font, "size": 14, "color": theme.ink}}
    clear = {"paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)", "template": None}
    margin = {"l": 4, "r": 4, "t": 4, "b": 4}
    figure.update_layout(
        height=height, margin=margin, showlegend=False, dragmode=False, font=font, hoverlabel=hover, **clear
    )
    axis = {"gridcolor": theme.line, "zerolinecolor": theme.line, "fixedrange": True, "automargin": True}
    figure.update_xaxes(ticks="", ticklabelstandoff=6, **axis)
    figure.update_yaxes(ticks="", ticklabelstandoff=6, **axis)
    return figure


def _over_days(figure: Figure, first: date, last: date) -> Figure:
    """``figure`` with its days from left to right, and room for half a dot at either end."""
    air = (last - first) / 60 + timedelta(1)
    around = [first - air, last + air]
    return figure.update_xaxes(type="date", showgrid=False, zeroline=False, range=around, **day_axis(first, last))


def _mean_line(stretches: Sequence[Sequence[Level]], theme: Theme) -> go.Scatter:
    """One line; a None between stretches keeps them apart."""
    x, y = _joined([[(level.day, level.mean) for level in stretch] for stretch in stretches])
    return go.Scatter(x=x, y=y, mode="lines", line={"color": theme.accent, "width": 3}, hoverinfo="skip")


def _band(stretches: Sequence[Sequence[Level]], theme: Theme) -> go.Scatter:
    """One outline for each stretch: along its upper edge, and back along the lower."""
    outlines = [
        [(level.day, level.high) for level in stretch] + [(level.day, level.low) for level in reversed(stretch)]
        for stretch in stretches
    ]
    x, y = _joined(outlines)
    line = {"width": 0}
    return go.Scatter(x=x, y=y, mode="lines", line=line, fill="toself", fillcolor=theme.band, hoverinfo="skip")


def _joined(lines: Sequence[Sequence[tuple[date, float]]]) -> tuple[list[date | None], list[float | None]]:
    points: list[tuple[date | None, float | None]] = []
    for line in lines:
        points += [(None, None)] if points else []
        points += [(day, round(value, 3)) for day, value in line]
    return [day for day, _ in points], [value for _, value in points]


def _places(days: Sequence[date], name: str, colour: str, opacity: float) -> go.Bar:
    """A box for each of ``days``, at its day of the month from left to right and its month from top to bottom."""
    return go.Bar(
        name=name,
        x=[day.day for day in days],
        y=[0.8] * len(days),
        base=[day.month - 0.4 for day in days],
        width=0.86,
        customdata=[day.isoformat() for day in days],
        hovertemplate="%{customdata|%a %-d %B}<br>%{fullData.name}<extra></extra>",
        marker={"color": colour, "opacity": opacity, "line": {"width": 0}},
        selected={"marker": {"opacity": opacity}},
        unselected={"marker": {"opacity": opacity}},
    )


def _called(mood: Mood) -> str:
    return escape(f"{mood.emoji} {mood.name}")


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},.28)"
