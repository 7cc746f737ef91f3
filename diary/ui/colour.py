"""One chosen colour made to be seen on both grounds."""

from coloraide import Color

GROUNDS = {"light": ("#f6f4f5", "#ffffff"), "dark": ("#15131a", "#1f1c26")}
LEAST = 3.0  # WCAG 2.2, 1.4.11: contrast of a mark against what lies beside it


def on_both_grounds(colour: str) -> tuple[str, str]:
    """``colour`` (``#rrggbb``) for the light ground, darkened if need be, and for the dark one, lightened."""
    return _until_seen(colour, "light", -0.01), _until_seen(colour, "dark", 0.01)


def _until_seen(colour: str, ground: str, step: float) -> str:
    """The nearest colour of the same hue (OKLCH) whose contrast on the ground is enough for a mark."""
    tried = Color(colour).convert("oklch")
    while not _seen(shown := tried.convert("srgb").fit("srgb"), ground):
        tried["lightness"] += step
    return str(shown.to_string(hex=True))


def _seen(colour: Color, ground: str) -> bool:
    return all(colour.contrast(other) >= LEAST for other in GROUNDS[ground])
