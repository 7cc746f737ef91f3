"""Names of photos: nothing but a key leads to a file, and only to its own."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diary.errors import NotFoundError
from diary.storage.photos import Picture, photo_key
from diary.storage.photos.keys import belongs_to, file_name, is_name_of, key_of

KEY = rf"{'[0-9a-f]' * 32}/{'[0-9a-f]' * 64}\.webp"
near_keys = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "/", "../", "./", "a" * 32 + "/../", " ", "\n"]),
    st.sampled_from(["a" * 32, "A" * 32, "a" * 31, "ａ" * 32, ".." * 16]),
    st.sampled_from(["/", "//", "\\", "%2f", "/../"]),
    st.sampled_from(["b" * 64 + end for end in (".webp", ".small.webp", ".webp\n", ".webp\0", ".WEBP", ".webp?x", "")]),
)


@given(key=st.text() | near_keys | st.from_regex(KEY, fullmatch=True), small=st.booleans())
def test_only_an_exact_key_has_a_file(key: str, small: bool) -> None:
    if re.fullmatch(KEY, key):
        name = file_name(key, small)
        assert re.fullmatch(r"[0-9a-f]{32}/[0-9a-f]{64}(\.small)?\.webp", name)
        assert key_of(name) == key
    else:
        with pytest.raises(NotFoundError):
            file_name(key, small)
        assert not belongs_to("anna", key)


@given(owner=st.text(), other=st.text(), large=st.binary())
def test_a_key_is_its_owner_s_and_its_content_s_alone(owner: str, other: str, large: bytes) -> None:
    key = photo_key(owner, Picture(large, b"small"))
    assert belongs_to(owner, key)
    assert belongs_to(other, key) == (owner == other)
    assert is_name_of(key, large)
    assert not is_name_of(key, large + b".")


@given(name=st.text() | near_keys)
def test_what_is_no_photo_s_file_belongs_to_no_key(name: str) -> None:
    if not re.fullmatch(r"[0-9a-f]{32}/[0-9a-f]{64}(\.small)?\.webp", name):
        assert key_of(name) is None
