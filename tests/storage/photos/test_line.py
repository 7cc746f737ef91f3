"""Calls that end in time, whatever the server or the system does."""

import threading
import time
from threading import Event

import pytest

from diary.storage.photos import line as module
from diary.storage.photos.line import Line


def test_an_answer_and_an_error_come_to_whoever_waits() -> None:
    line = Line()
    assert line.ask(lambda: "answer", 5) == "answer"
    with pytest.raises(ZeroDivisionError):
        line.ask(lambda: 1 / 0, 5)


def test_a_call_that_does_not_end_is_left_behind_and_nobody_is_asked_for_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "REST", 0.3)
    line, end = Line(), Event()
    with pytest.raises(TimeoutError):
        line.ask(end.wait, 0.1)
    asked = []
    with pytest.raises(TimeoutError):
        line.ask(lambda: asked.append("too early"), 5)
    time.sleep(0.4)
    assert line.ask(lambda: "again", 5) == "again"
    assert asked == []
    end.set()


def test_calls_left_behind_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REST", 0.0)
    line, end = Line(), Event()
    for _ in range(12):
        with pytest.raises(TimeoutError):
            line.ask(end.wait, 0.02)
    assert sum(thread.name == "photos" for thread in threading.enumerate()) <= 8
    end.set()


def test_where_the_system_has_no_thread_to_spare_the_line_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> None:
        raise RuntimeError("can't start new thread")

    line = Line()
    with monkeypatch.context() as scarce:
        scarce.setattr(threading.Thread, "start", refuse)
        for _ in range(20):
            with pytest.raises(TimeoutError):
                line.ask(lambda: "answer", 5)
    assert line.ask(lambda: "answer", 5) == "answer"


def test_a_call_that_nobody_waits_for_any_more_learns_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REST", 0.0)
    line, told = Line(), Event()

    def dribble() -> None:
        while True:
            time.sleep(0.02)
            try:
                line.check()
            except TimeoutError:
                told.set()
                raise

    with pytest.raises(TimeoutError):
        line.ask(dribble, 0.1)
    assert told.wait(5)
