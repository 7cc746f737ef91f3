"""A diary as a file to take along, by addresses of its own: each gives whoever asks what is theirs."""

import logging
import tempfile
from collections.abc import Callable
from pathlib import Path

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from diary import assembly
from diary.diary import Diary
from diary.errors import DiaryError, EndedError, NotFoundError
from diary.log import audit
from diary.transfer.csv_file import csv_lines
from diary.transfer.json_file import json_lines
from diary.ui import rates, shared

log = logging.getLogger(__name__)


def routes() -> list[Route]:
    """``/take/…``; links to them belong on a page."""
    return [
        Route("/take/days.json", _giving(_as_json), methods=["GET"]),
        Route("/take/days.csv", _giving(_as_csv), methods=["GET"]),
        Route("/take/everything.zip", _giving(_as_archive), methods=["GET"]),
    ]


def owner_behind(request: Request) -> str:
    """Whose request it is. Raises NotFoundError where nobody has logged in to a diary with log-in."""
    if not shared.settings().has_login:
        return "local"
    if visitor := request.scope["visitor"]:
        return str(visitor.owner_id)
    raise NotFoundError("There is nothing here for those who have not signed in.")


def _giving(make: Callable[[Diary], Response]) -> Callable[[Request], Response]:
    def give(request: Request) -> Response:
        if request.method != "GET":  # Starlette lets HEAD in, too
            return PlainTextResponse("GET only\n", 405)
        try:
            owner = owner_behind(request)
            if not rates.may("download", owner):
                return PlainTextResponse("That was often. Please try again in an hour.\n", 429)
            response = make(shared.diary_of(owner))
        except NotFoundError as error:
            if isinstance(error, EndedError):
                shared.begin_anew()
            return PlainTextResponse(f"{error}\n", 404)
        except DiaryError as error:
            log.warning("nothing taken along: %s", type(error).__name__)
            return PlainTextResponse(f"{error}\n", 503)
        name = request.url.path.rpartition("/")[2]
        response.headers["Content-Disposition"] = f'attachment; filename="music-diary-{name}"'
        response.headers["Cache-Control"] = "no-store"
        audit(f"took along {name}", owner)
        return response

    return give


def _as_json(diary: Diary) -> Response:
    return Response("".join(json_lines(diary.each(), diary.all_moods())), media_type="application/json")


def _as_csv(diary: Diary) -> Response:
    return Response("".join(csv_lines(diary.each())), media_type="text/csv")


def _as_archive(diary: Diary) -> Response:
    """Made in a folder of its own, which goes when the answer was sent."""
    folder = tempfile.TemporaryDirectory(prefix="music-diary-")
    file = Path(folder.name) / "everything.zip"
    try:
        assembly.download(shared.settings(), diary.owner_id, file, lambda *_: None)
    except BaseException:
        folder.cleanup()
        raise
    return FileResponse(file, media_type="application/zip", background=BackgroundTask(folder.cleanup))
