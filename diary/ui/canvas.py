"""What every Plotly figure of the diary has in common.

Plotly's own check of every part takes nine tenths of the time of a figure, so the tests make it, for every kind.
"""

from collections.abc import Sequence
from typing import Any, TypeAlias

from plotly.basedatatypes import BaseFigure

from diary.ui.theme import Theme

Part: TypeAlias = dict[str, Any]  # a trace, an axis or an annotation, in Plotly's own words
FONT = 'Figtree, "Apple Color Emoji", "Segoe UI Emoji", "Noto Color Emoji", sans-serif'
BARE: Part = {"showgrid": False, "zeroline": False}


class Figure(BaseFigure):  # type: ignore[misc]
    """A figure as it is handed over: nothing in it is checked, changed or completed."""

    def __init__(self, data: Sequence[Part], layout: Part) -> None:
        self._parts: Part = {"data": data, "layout": layout}

    def to_dict(self) -> Part:
        return self._parts


def figure_of(theme: Theme, height: int, traces: Sequence[Part], x: Part, y: Part, **layout: Any) -> Figure:
    """The ``traces`` on a picture that lets the ground and the page's own scrolling through."""
    font = {"family": FONT, "size": 13, "color": theme.soft}
    axis = {"gridcolor": theme.line, "zerolinecolor": theme.line, "ticks": "", "ticklabelstandoff": 6}
    axis |= {"fixedrange": True, "automargin": True}
    common = {
        "height": height,
        "margin": {"l": 4, "r": 4, "t": 4, "b": 4},
        "showlegend": False,
        "dragmode": False,
        "font": font,
        "hoverlabel": {"bgcolor": theme.surface, "bordercolor": theme.edge, "font": {**font, "color": theme.ink}},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "template": {},
    }
    return Figure(data=traces, layout=common | layout | {"xaxis": axis | x, "yaxis": axis | y})
