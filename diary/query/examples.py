"""The language by example: what the page shows as help, and the documents explain."""

EXAMPLES = (
    ("rain", "“rain” anywhere in title, artist, note or tags, also as part of a word"),
    ("rain berlin", "both, in any order"),
    ('"night walk"', "these words, one after the other"),
    ("rain OR snow", "at least one of them"),
    ("-rain", "days without it"),
    ("mood:calm", "days with that mood"),
    ('artist:"Nick Drake"', "the artist's name holds these words"),
    ("song:moon", "the song's title holds this word"),
    ("tag:walk", "days with that tag"),
    ("has:photo", "days with a photo; also has:note and has:song"),
    ("is:unrecorded", "written days without a mood"),
    ("before:2025-03 after:2024", "up to February 2025, from January 2025 on"),
    ("on:2025-03-09", "that day; on:2025-03 is that month"),
    ("on:2025-03..2025-05", "from one to the other, both included"),
    ("year:2025", "that year"),
    ("weekday:sunday", "only Sundays; weekday:sun is the same"),
    ("valence>0.5", "pleasant moods: from −1, unpleasant, to 1; also <, >=, <= and ="),
    ("(mood:calm rain) OR has:photo", "parentheses keep together what belongs together"),
)
