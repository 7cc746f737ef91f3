"""What the bench aims at, and when a figure has fallen behind the one that was committed."""

from dataclasses import dataclass, field

from bench.rounds import Figure


@dataclass(frozen=True)
class Aim:
    """``what`` is measured; ``good`` is the least that it should be, ``stretch`` what it is meant to be."""

    what: str
    good: float | None = None
    stretch: float | None = None
    more_is_better: bool = False

    def verdict(self, value: float) -> str:
        """How the ``value`` stands to the aim, a word or two."""
        if self.good is None or self.stretch is None:
            return "no aim"
        sign = -1 if self.more_is_better else 1
        if sign * value <= sign * self.stretch:
            return "as meant"
        return "good" if sign * value <= sign * self.good else "**misses**"

    def is_behind(self, now: Figure, committed: Figure) -> bool:
        """Whether ``now`` is worse than the ``committed`` figure by more than the noise of either."""
        loss = (committed.value - now.value) if self.more_is_better else (now.value - committed.value)
        return loss > max(now.noise, committed.noise)


# A measurement is named by its aim, and by where it was made after a colon: "P11: Timeline, PostgreSQL".
AIMS = {
    "P1": Aim("Timeline, 20 days: rerun, against the floor's block of 20 cards", 2.5, 1.3),
    "P2": Aim("Timeline: first run, against Flask's page of 20 days", 5, 3),
    "P3": Aim("Timeline: CPU of the server for a rerun, against Flask's page", 3, 2),
    "P4": Aim("Timeline: runs a second for 8 clients, against Flask's pages", 0.35, 0.6, more_is_better=True),
    "P5": Aim("Timeline: browser, warm, until its days are seen, against the empty page", 1.5, 1.2),
    "P6": Aim("Year: browser, warm, until its days are seen, against the empty page", 1.8, 1.3),
    "P7": Aim(
        "Timeline: browser, from a press on a mood until only its days are seen, against following Flask's link",
        0.5,
        0.3,
    ),
    "P8a": Aim("Timeline: bytes of a first visit, against stock Streamlit's empty page", 0.6, 0.45),
    "P8b": Aim("Moods: bytes of a first visit, against stock Streamlit's empty page", 1, 1),
    "P9a": Aim("Timeline: messages of a rerun", 30, 15),
    "P9b": Aim("Timeline: kB for a day", 0.8, 0.5),
    "P10a": Aim("Moods over ten years: rerun, against Flask's statistics", 2, 1),
    "P10b": Aim("Moods over ten years: points sent", 400, 400),
    "P11": Aim("Rerun over the many rows, against 1 000 rows of one owner", 1.2, 1.05),
    "P12": Aim("Reading through the diary's own layer, against the bare driver", 4, 1.6),
    "P15a": Aim("Memory after a crowd of 100, against the floor's", 1.4, 1.15),
    "P15b": Aim("MB for a session", 1, 0.4),
    "P16": Aim("100 sessions, 20 a second: median until the first page, against one alone", 5, 2),
    "P17": Aim("A durable save through the diary, against the bare driver", 6, 4),
    "P18": Aim("Timeline: layout shift beyond the empty page's own", 0.05, 0.01),
    "All": Aim("Timeline: browser, from that press until 20 days are seen, against following Flask's link"),
    "Sent": Aim("Timeline: the page that is sent with its days, against Flask's page of 20 days"),
    "Today": Aim("Today: rerun, against the empty page", 3, 3),
    "Year": Aim("Year: rerun, against the empty page", 3, 3),
    "Search": Aim("Search for a word: rerun, against the empty page", 3, 3),
    "Moods": Aim("Moods: rerun, against the empty page", 6, 6),
    "Calendar": Aim("Calendar: rerun, against the empty page"),
    "Settings": Aim("Settings: rerun, against the empty page"),
}


def aim_of(name: str) -> Aim:
    """The aim of the measurement ``name``, which says where it was made."""
    kind, _, where = name.partition(": ")
    aim = AIMS[kind]
    return Aim(f"{aim.what}: {where}", aim.good, aim.stretch, aim.more_is_better) if where else aim


@dataclass
class Found:
    """What was measured: ``figures`` by name, and rows of cells on pages, on screens and on the database."""

    figures: dict[str, Figure] = field(default_factory=dict)
    pages: list[list[str]] = field(default_factory=list)
    screens: list[list[str]] = field(default_factory=list)
    reads: list[list[str]] = field(default_factory=list)

    def behind(self, committed: dict[str, Figure]) -> list[str]:
        """The names of those that have fallen behind the ``committed`` ones."""
        both = self.figures.keys() & committed.keys()
        return [name for name in self.figures if name in both and self._is_behind(name, committed)]

    def _is_behind(self, name: str, committed: dict[str, Figure]) -> bool:
        return aim_of(name).is_behind(self.figures[name], committed[name])
