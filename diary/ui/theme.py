"""The colours of the stylesheet, for pictures that are drawn in Python."""

from dataclasses import dataclass

from diary.model import Mood


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of one ground; ``scale`` goes in seven steps from the hardest mean to the brightest."""

    light: bool
    ink: str
    soft: str
    line: str
    edge: str
    surface: str
    accent: str
    band: str
    scale: tuple[str, ...]

    def colour(self, mood: Mood) -> str:
        return mood.light if self.light else mood.dark

    def faint(self, mood: Mood) -> str:
        """Its colour as a ground for its emoji."""
        red, green, blue = (int(self.colour(mood)[at : at + 2], 16) for at in (1, 3, 5))
        return f"rgba({red},{green},{blue},.28)"

    def step(self, valence: float) -> str:
        """The colour of a mean; each step is 0.2 wide, the middle one is even."""
        return self.scale[max(0, min(6, round(3 + valence / 0.2)))]

    def side(self, valence: float) -> str:
        """The colour of a mean that is seen by its height too: bright, hard or even."""
        shown = round(valence, 1)
        return self.scale[5 if shown > 0 else 1 if shown < 0 else 3]


LIGHT = Theme(
    light=True,
    ink="#231c28",
    soft="#5f5666",
    line="#e2dce3",
    edge="#8d8494",
    surface="#ffffff",
    accent="#97295a",
    band="rgba(151,41,90,.13)",
    scale=("#5b2a86", "#7f56a6", "#a07fb9", "#8d8494", "#b98d3c", "#a87412", "#8a5a00"),
)
DARK = Theme(
    light=False,
    ink="#f1ecef",
    soft="#aca3b3",
    line="#322d3a",
    edge="#756c7e",
    surface="#1f1c26",
    accent="#f29bb7",
    band="rgba(242,155,183,.15)",
    scale=("#bda5f2", "#a189dc", "#8470b8", "#756c7e", "#a37f38", "#d09d40", "#f6c765"),
)
