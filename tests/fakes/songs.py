"""An invented catalogue: no song, artist or record here exists, so no test shows anybody's real one."""

import uuid
from dataclasses import dataclass
from hashlib import sha256

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class FakeSong:
    """One song as both fake services know it; identifiers follow from title and artists."""

    title: str
    artists: tuple[str, ...]
    album: str
    duration: int = 201_000

    @property
    def spotify_id(self) -> str:
        number = int.from_bytes(sha256(self._name("spotify")).digest()[:16])
        return "".join(_DIGITS[number // 62**place % 62] for place in range(22))

    @property
    def mbid(self) -> str:
        return self.mbid_of("recording")

    def mbid_of(self, kind: str) -> str:
        return str(uuid.UUID(bytes=sha256(self._name(kind)).digest()[:16], version=4))

    def artwork(self, width: int = 300) -> str:
        prefix = {640: "ab67616d0000b273", 300: "ab67616d00001e02", 64: "ab67616d00004851"}[width]
        return f"https://i.scdn.co/image/{prefix}{sha256(self.album.encode()).hexdigest()[:24]}"

    def _name(self, kind: str) -> bytes:
        return f"{kind}/{self.title}/{self.artists}".encode()


SONGS = (
    FakeSong("Paper Lanterns", ("Nora Wilde",), "Slow River"),
    FakeSong("Slow River", ("Nora Wilde",), "Slow River", 254_000),
    FakeSong("Slow River (Live)", ("Nora Wilde",), "Live at the Boathouse", 301_000),
    FakeSong("Kitchen Light", ("Nora Wilde", "Tomas Berg"), "Slow River"),
    FakeSong("Harbour at Six", ("Tomas Berg",), "Maps of Home"),
    FakeSong("Maps of Home", ("Tomas Berg",), "Maps of Home"),
    FakeSong("First Snow, Last Train", ("The Glass Orchard",), "Winter Timetable"),
    FakeSong("Winter Timetable", ("The Glass Orchard",), "Winter Timetable"),
    FakeSong("Yellow Umbrella", ("The Glass Orchard",), "Winter Timetable"),
    FakeSong("Umbrella Season", ("Velvet Tram",), "Night Bus Diaries"),
    FakeSong("Night Bus Diaries", ("Velvet Tram",), "Night Bus Diaries"),
    FakeSong("Neon & Rain", ("Velvet Tram", "Ida Moss", "Kofi Lane"), "Night Bus Diaries"),
    FakeSong("Moss", ("Ida Moss",), "Green Hours"),
    FakeSong("Green Hours", ("Ida Moss",), "Green Hours", 412_000),
    FakeSong("Sunday Bread", ("Kofi Lane",), "Market Street"),
    FakeSong("Market Street", ("Kofi Lane",), "Market Street"),
    FakeSong(
        "What Is Left of the Afternoon When Everybody Has Gone Home and the Kettle Sings", ("Ida Moss",), "Kettle"
    ),
    FakeSong('AC/DC (not that one): why? [demo] "quoted" 50% + more!', ("R&D ~ Band",), "Signs ^ Marks"),
    FakeSong("Bye Bye Tuesday", ("*NSTAR",), "No *Strings*"),
    FakeSong("Money $ign", ("A$H Ray",), "$5 & $10"),
    FakeSong("<script>alert('song')</script>", ("<b>Bobby Tables</b>",), "<img src=x onerror=alert(1)>"),
    FakeSong(":red[Alarm] :material/home: **bold**", ("_Underscore_",), "# Heading"),
    FakeSong("[click me](javascript:alert(1))", ("`code`",), "| a | b |"),
    FakeSong("ليلة هادئة", ("نور الوادي",), "مطر"),
    FakeSong("夜のバス", ("青い電車",), "冬の時刻表"),
    FakeSong("조용한 강", ("노라",), "강"),
    FakeSong("Тихая река", ("Полярный трамвай",), "Север"),
    FakeSong("Ça va bien, Zoë", ("Björk-Åse Ødegård",), "Été à Łódź"),
    FakeSong("🌧️ Regen 👩‍👩‍👧", ("Emoji Féé",), "☔"),
    FakeSong("'; DROP TABLE songs; --", ("%_%",), "NULL"),
    FakeSong("1979", ("22",), "7"),
    FakeSong("Å̶͓̙l̷̫̄ō̸̢u̵̜͐d̴̰̈́", ("Zalgo Choir",), "H̸e̷"),
)
