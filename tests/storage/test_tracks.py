"""The cache of tracks: public facts that may come and go without touching a diary."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from diary.model import EntryDraft
from diary.storage.tracks import TrackStore
from tests.builders import NOON, TODAY, make_diary, make_engine, make_track, spotify_id, statements


def test_a_track_is_kept_to_the_letter(database: str) -> None:
    store = TrackStore(make_engine(database))
    full = make_track(
        title="“Ænima” 100% \\ 東京 🎵",
        artists=("A$AP", "*NSYNC", ""),
        album="<b>Album</b>",
        artwork_url="https://i.scdn.co/image/abc",
        duration=2**31 - 1,
        fetched_at=NOON + timedelta(microseconds=1),
    )
    bare = make_track(spotify_id(2), "", artists=())
    for track in (full, bare):
        store.keep(track)
        assert store.find(track.key) == track
    assert store.find("spotify:unheard") is None


def test_a_newer_answer_takes_the_place_of_the_older_one_with_all_its_parts(database: str) -> None:
    store = TrackStore(make_engine(database))
    store.keep(make_track(album="Old", artwork_url="https://i.scdn.co/image/abc", duration=1))
    newer = make_track(title="New", artists=("Other",), fetched_at=NOON + timedelta(days=31))
    store.keep(newer)
    assert store.find(newer.key) == newer


def test_eight_who_keep_the_same_track_at_once_all_succeed(database: str) -> None:
    store = TrackStore(make_engine(database))
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: store.keep(make_track(duration=number)), range(40)))
    assert store.find(make_track().key).duration in range(40)


def test_a_track_that_is_gone_is_dropped_alone(database: str) -> None:
    store = TrackStore(make_engine(database))
    gone, other = make_track(spotify_id(1)), make_track(spotify_id(2))
    for track in (gone, other):
        store.keep(track)
    store.drop(gone.key)
    store.drop("spotify:unheard")
    assert (store.find(gone.key), store.find(other.key)) == (None, other)


def test_all_tracks_are_dropped_in_one_statement_and_no_day_changes(database: str) -> None:
    diary, store = make_diary(database), TrackStore(make_engine(database))
    tracks = [make_track(spotify_id(number), f"Title {number}") for number in range(5)]
    for back, track in enumerate(tracks):
        diary.save(EntryDraft(TODAY - timedelta(days=back), "calm", diary.keep_track(track), "note"))
    before = list(diary.each())
    assert [entry.track for entry in before] == tracks[::-1]
    with statements() as seen:
        store.drop_all()
    assert [sql for sql in seen if not sql.startswith("BEGIN")] == ["DELETE FROM tracks"]
    after = list(diary.each())
    assert [entry.track for entry in after] == [None] * 5
    assert [entry.draft() for entry in after] == [entry.draft() for entry in before]
    assert [entry.updated_at for entry in after] == [entry.updated_at for entry in before]
