"""The colours, computed: readable on both grounds, and moods that stay apart for every kind of sight."""

import re
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from coloraide import Color

from diary.model import BUILT_IN_MOODS

STYLESHEET = Path(__file__).resolve().parent.parent / "diary" / "ui" / "static" / "diary.css"
COLUMNS = 4
MARK, TEXT = 3, 4.5  # WCAG 2.2, 1.4.11 and 1.4.3
APART = 10  # CIEDE2000
# Machado, Oliveira and Fernandes (2009); Brettel, Viénot and Mollon (1997); Viénot, Brettel and Mollon (1999),
# which is not meant for tritan sight.
SIGHTS = (
    None,
    *((eye, method) for eye in ("protan", "deutan", "tritan") for method in ("machado", "brettel")),
    *((eye, "vienot") for eye in ("protan", "deutan")),
)
TOKENS = {
    name: {"light": light, "dark": dark}
    for name, light, dark in re.findall(
        r"--([\w-]+):\s*light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\)", STYLESHEET.read_text(encoding="utf-8")
    )
}
themes = pytest.mark.parametrize("theme", ["light", "dark"])
grounds = pytest.mark.parametrize("ground", ["bg", "surface"])


def contrast(colour: str, ground: str) -> float:
    return Color(colour).contrast(ground, method="wcag21")


def seen(colour: str, sight: tuple[str, str] | None) -> Color:
    """The colour as an eye without one kind of cone sees it, within what a screen can show."""
    if sight is None:
        return Color(colour)
    eye, method = sight
    return Color(colour).filter(eye, 1, method=method).convert("srgb").clip()


def neighbours() -> list[tuple[int, int]]:
    """Pairs of moods that touch in the palette, also by a corner."""
    places = [divmod(number, COLUMNS) for number in range(len(BUILT_IN_MOODS))]
    return [
        (one, other)
        for one, other in combinations(range(len(places)), 2)
        if max(abs(a - b) for a, b in zip(places[one], places[other], strict=True)) == 1
    ]


def test_the_palette_is_the_plane_of_energy_and_pleasantness() -> None:
    rows = [BUILT_IN_MOODS[start : start + COLUMNS] for start in range(0, len(BUILT_IN_MOODS), COLUMNS)]
    assert [len(row) for row in rows] == [COLUMNS] * 3
    for row in rows:
        assert sorted(row, key=lambda mood: mood.valence) == list(row)
    for upper, lower in pairwise(rows):
        assert min(mood.arousal for mood in upper) > max(mood.arousal for mood in lower)
    assert len(neighbours()) == 29


@grounds
@themes
def test_every_mood_is_seen_on_its_ground(theme: str, ground: str) -> None:
    behind = TOKENS[ground][theme]
    pale = {m.name: contrast(getattr(m, theme), behind) for m in BUILT_IN_MOODS}
    assert {name: ratio for name, ratio in pale.items() if ratio < MARK} == {}


@pytest.mark.parametrize("sight", SIGHTS, ids=lambda sight: "-".join(sight) if sight else "normal")
@themes
def test_neighbouring_moods_stay_apart(theme: str, sight: tuple[str, str] | None) -> None:
    colours = [seen(getattr(mood, theme), sight) for mood in BUILT_IN_MOODS]
    alike = {
        f"{BUILT_IN_MOODS[one].name}/{BUILT_IN_MOODS[other].name}": distance
        for one, other in neighbours()
        if (distance := colours[one].delta_e(colours[other], method="2000")) < APART
    }
    assert alike == {}


@pytest.mark.parametrize(("token", "least"), [("ink", TEXT), ("soft", TEXT), ("accent", TEXT), ("edge", MARK)])
@grounds
@themes
def test_words_and_outlines_are_readable(theme: str, ground: str, token: str, least: float) -> None:
    assert contrast(TOKENS[token][theme], TOKENS[ground][theme]) >= least


@themes
def test_the_label_of_the_accent_is_readable(theme: str) -> None:
    assert contrast(TOKENS["on-accent"][theme], TOKENS["accent"][theme]) >= TEXT
