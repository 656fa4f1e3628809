"""The server's application."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope

from tagatlas import Variant
from tagatlas.errors import (
    AnnotationChanged,
    AtlasLocked,
    ImageNotStored,
    MissingDependency,
    StorageError,
    TagatlasError,
    UsageError,
)
from tagatlas.toolkit.annotating import AnnotationFeed
from tagatlas.toolkit.hiding import hide_images, shown_store
from tagatlas_web.page.html import Live, page
from tagatlas_web.server.address import Address
from tagatlas_web.server.annotations import News, read_change
from tagatlas_web.server.files import MapFiles
from tagatlas_web.server.guard import Guard
from tagatlas_web.server.meaning import Meaning

LARGEST_BODY = 1 << 20
"""Largest body of a request, in bytes; four times that of the largest outline."""

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_IMAGE = re.compile(r"[0-9a-f]{64}")
_FOREVER = "private, max-age=31536000, immutable"

_STATUSES: dict[type[TagatlasError], int] = {
    UsageError: 400,
    MissingDependency: 501,
    StorageError: 507,
    AtlasLocked: 503,
}
"""Status of an answer, by error; other errors are 500."""


def make_app(files: MapFiles, map_name: str, address: Address, meaning: Meaning) -> ASGIApp:
    """The application.

    Args:
        files: of the atlas.
        map_name: the map that is shown.
        address: where it is served.
        meaning: finds images by text.
    """
    answers = _Answers(files, map_name, meaning)
    routes = [
        Route("/", answers.page),
        Route("/index.html", answers.page),
        Route("/pictures/{part}/{name}", answers.thumbnail),
        Route("/images/{part}/{name}", answers.image),
        Route("/api/annotations", answers.changes),
        Route("/api/annotations/{id}", answers.keep, methods=["PUT"]),
        Route("/api/hidden", answers.hide, methods=["POST"]),
        Route("/api/meaning", answers.by_meaning, methods=["POST"]),
        Route("/api/export", answers.export, methods=["POST"]),
        Route("/files/{map}/{path:path}", answers.file),
        Mount("/", _Viewer(files.folder / map_name / "viewer")),
    ]
    app = Starlette(
        routes=[Mount(f"/{address.token}", routes=routes)],
        exception_handlers={TagatlasError: _trouble, HTTPException: _refused},
    )
    return Guard(app, address)


class _Viewer(StaticFiles):
    """The files of the page; browsers ask whether they are still the same."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, check_dir=False)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file's answer; hidden files are not there."""
        if any(part.startswith(".") for part in Path(path).parts):
            raise HTTPException(404)
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "private, no-cache"
        return response


class _Answers:
    """Answers that are more than a file. The atlas is read in a thread."""

    def __init__(self, files: MapFiles, map_name: str, meaning: Meaning) -> None:
        self._files = files
        self._meaning = meaning
        self._map_name = map_name
        self._feed = AnnotationFeed()

    def page(self, request: Request) -> Response:  # noqa: ARG002 - Starlette's
        """The page itself, with the address for its changes."""
        state = self._files.viewer(self._map_name)
        live = Live(state, self._files.name, self._files.titles, self._meaning.backend())
        return Response(page(live), media_type="text/html")

    def thumbnail(self, request: Request) -> Response:
        """The small picture of an image."""
        return self._picture(request, Variant.THUMBNAIL)

    def image(self, request: Request) -> Response:
        """The stored image."""
        return self._picture(request, Variant.IMAGE)

    def _picture(self, request: Request, variant: Variant) -> Response:
        image, dot, ending = request.path_params["name"].partition(".")
        if not _IMAGE.fullmatch(image) or f"{dot}{ending}" != ".jpg":
            raise HTTPException(404)
        with self._files.open() as atlas:
            try:
                picture = shown_store(atlas).get(image, variant)
            except ImageNotStored as error:
                raise HTTPException(404) from error
        return Response(picture, media_type="image/jpeg", headers={"Cache-Control": _FOREVER})

    def changes(self, request: Request) -> Response:
        """The changes on a map since a revision."""
        since = request.query_params.get("since", "0")
        if not re.fullmatch(r"[0-9]{1,18}", since):
            raise UsageError("since is the number of a revision")
        map_name = request.query_params.get("map", self._map_name)
        with self._files.open() as atlas:
            revision, changed = self._feed.changes(atlas, map_name, int(since))
            state = self._files.state(atlas)
        changes = [News.of(each) for each in changed]
        return _json({"revision": revision, "map": state, "changes": changes})

    async def keep(self, request: Request) -> Response:
        """Store a change."""
        id_ = request.path_params["id"]
        if not _UUID.fullmatch(id_):
            raise UsageError("an annotation is known by a UUID in small letters")
        change, content = read_change(await _body(request))

        def keep() -> Response:
            with self._files.open() as atlas:
                try:
                    kept = self._feed.put(atlas, id_, change.map, content, base=change.base)
                except AnnotationChanged:
                    there = self._feed.get(atlas, id_)
                    return _json({"present": there and News.of(there)}, 409)
            return _json(News.of(kept))

        return await run_in_threadpool(keep)

    async def hide(self, request: Request) -> Response:
        """Hide images, or show them again; says what was done."""
        wanted = _read(await _body(request), _Hide, "an order to hide images")

        def hide() -> Response:
            with self._files.open() as atlas:
                return _json({"notes": hide_images(atlas, wanted.images, hide=wanted.hide)})

        return await run_in_threadpool(hide)

    async def by_meaning(self, request: Request) -> Response:
        """The images that fit a text best."""
        wanted = _read(await _body(request), _Meant, "a search by meaning")
        return _json(await run_in_threadpool(self._meaning.find, wanted.text))

    async def export(self, request: Request) -> Response:
        """Write a map's files of one format."""
        wanted = _read(await _body(request), _Export, "an order for an export")
        path = await run_in_threadpool(self._files.export, wanted.map, wanted.format)
        within = path.relative_to(self._files.folder).as_posix()
        note = await run_in_threadpool(self._files.publishing, wanted.map)
        return _json({"path": str(path), "url": f"files/{within}", "note": note})

    def file(self, request: Request) -> Response:
        """An exported file, to download."""
        map_name, within = request.path_params["map"], request.path_params["path"]
        with self._files.open() as atlas:
            known = map_name in atlas.map_names()
            if not known or not self._files.may_be_taken_away(within):
                raise HTTPException(404)
            path = self._files.map_folder(atlas, map_name) / within
        if not path.is_file():
            raise HTTPException(404)
        title = f"{self._files.title} {map_name}{path.suffix}"
        return FileResponse(path, filename=title)


class _Export(msgspec.Struct, forbid_unknown_fields=True):
    map: str
    format: str


class _Meant(msgspec.Struct, forbid_unknown_fields=True):
    text: Annotated[str, msgspec.Meta(max_length=2000)]


class _Hide(msgspec.Struct, forbid_unknown_fields=True):
    images: list[Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]]
    hide: bool


_Order = TypeVar("_Order", bound=msgspec.Struct)


def _read(body: bytes, kind: type[_Order], what: str) -> _Order:
    """What a request asks for.

    Raises:
        UsageError: it is something else.
    """
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"this is not {what}: {error}") from error


async def _body(request: Request) -> bytes:
    """The body of a request that brings JSON.

    Raises:
        HTTPException: it is something else, or too large.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise HTTPException(415, "send application/json")
    body = bytearray()
    try:
        async for part in request.stream():
            body += part
            if len(body) > LARGEST_BODY:
                raise HTTPException(413, f"send at most {LARGEST_BODY:,} bytes")
    except ClientDisconnect as error:
        raise HTTPException(400, "the request broke off") from error
    return bytes(body)


def _json(content: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(content), status, media_type="application/json")


def _trouble(request: Request, error: Exception) -> Response:  # noqa: ARG001 - Starlette's
    statuses = (status for kind, status in _STATUSES.items() if isinstance(error, kind))
    return _json({"error": " ".join(str(error).split())}, next(statuses, 500))


def _refused(request: Request, error: Exception) -> Response:  # noqa: ARG001 - Starlette's
    assert isinstance(error, HTTPException)  # noqa: S101 - it is the handler of these alone
    return _json({"error": error.detail}, error.status_code)
