"""Reads manifests and collections of versions 2 and 3 of the Presentation API.

Documents come from outside: parts that do not follow the specification are ignored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

Json = dict[str, object]

_CANVASES = frozenset({"Canvas", "sc:Canvas", ""})
_WITH_MEMBERS = frozenset({"Collection", "sc:Collection", "OrderedCollection"})
_CHOICES = frozenset({"Choice", "oa:Choice"})
_SPECIFIC = frozenset({"SpecificResource", "oa:SpecificResource"})

_MOST_DEPTH = 8
"""Maximum nesting of choices, parts and labels; real documents have two or three levels."""


@dataclass(frozen=True)
class Painted:
    """An image on a canvas.

    Attributes:
        resource: URL of the image itself; empty if missing.
        service: description of the image service; empty if missing.
        shape: width and height of the image in the manifest; zeros if missing.
        label: of the manifest.
        page: label of the canvas.
        manifest: the manifest's URL.
        canvas: the canvas's URL; for an image description, the image's.
    """

    resource: str
    service: Json
    shape: tuple[int, int] = (0, 0)
    label: str = ""
    page: str = ""
    manifest: str = ""
    canvas: str = ""


ALTERNATIVE = "alternative"
"""Kind of the further images of a choice, of which only the first is taken."""


@dataclass(frozen=True)
class Other:
    """A resource on a canvas that is not taken, such as a film or a text.

    Attributes:
        kind: its type in the specification, or :data:`ALTERNATIVE`.
    """

    kind: str


def is_image_description(document: Json) -> bool:
    """Whether a document is an ``info.json`` of the Image API."""
    context = str(document.get("@context", ""))
    protocol = str(document.get("protocol", ""))
    return (
        kind_of(document).startswith("ImageService")
        or protocol.startswith("http://iiif.io/api/image")
        or "image-api/1" in context
        or "api/image/" in context
    )


def identity(document: Json) -> str:
    """The URL that identifies a resource."""
    found = document.get("id", document.get("@id"))
    return found if isinstance(found, str) else ""


def kind_of(document: Json) -> str:
    """The type of a resource; empty if missing."""
    found = document.get("type", document.get("@type"))
    if isinstance(found, list):
        found = next((kind for kind in found if isinstance(kind, str)), "")
    return found if isinstance(found, str) else ""


def is_collection(document: Json) -> bool:
    """Whether a document is a collection, or a page of one."""
    lists = ("collections", "manifests", "members", "orderedItems", "first")
    return kind_of(document) in _WITH_MEMBERS or any(key in document for key in lists)


def members(document: Json) -> list[Json]:
    """The manifests, collections and further pages listed by a collection, in order.

    Each has an ``http(s)`` URL as its identity, and often little else.
    """
    found: list[Json] = []
    for key in ("collections", "manifests", "members"):
        found += objects(document.get(key))
    for entry in objects(document.get("items")):
        if kind_of(entry) in ("Manifest", "Collection"):
            found.append(entry)
    for activity in objects(document.get("orderedItems")):
        found += objects(activity.get("object", activity))[:1]
    for key in ("first", "next"):
        page = document.get(key)
        found += [{"id": page}] if isinstance(page, str) else objects(page)[:1]
    by_url = {identity(entry): entry for entry in reversed(found)}
    urls = dict.fromkeys(identity(entry) for entry in found)
    return [by_url[url] for url in urls if url.startswith(("http://", "https://"))]


def paintings(
    manifest: Json, follow: Callable[[str], Json] = lambda _: {}
) -> Iterator[Painted | Other]:
    """The images and other resources of a manifest, in order; each canvas once.

    Args:
        manifest: the document.
        follow: gives the document at a URL, for annotations that a canvas references.
    """
    seen: set[str] = set()
    for canvas in _canvases(manifest):
        url = identity(canvas)
        if url and url in seen:
            continue
        seen.add(url)
        for annotation in _annotations(canvas, follow):
            for shown in _bodies(annotation):
                if isinstance(shown, Painted):
                    yield replace(
                        shown,
                        label=label_of(manifest),
                        page=label_of(canvas),
                        manifest=identity(manifest),
                        canvas=url,
                    )
                else:
                    yield shown


def label_of(document: Json) -> str:
    """A label in any form and language as one line of text; empty without one."""
    return " ".join(" ".join(_texts(document.get("label"))).split())


def objects(found: object) -> list[Json]:
    """A value as a list of objects."""
    listed = found if isinstance(found, list) else [found]
    return [entry for entry in listed if isinstance(entry, dict)]


def _canvases(manifest: Json) -> list[Json]:
    canvases = [
        canvas
        for sequence in objects(manifest.get("sequences"))
        for canvas in objects(sequence.get("canvases"))
    ]
    return canvases + [
        item for item in objects(manifest.get("items")) if kind_of(item) in _CANVASES
    ]


def _annotations(canvas: Json, follow: Callable[[str], Json]) -> Iterator[Json]:
    yield from objects(canvas.get("images"))
    for page in objects(canvas.get("items")):
        url = identity(page)
        is_reference = "items" not in page and url.startswith(("http://", "https://"))
        found = follow(url) if is_reference else page
        yield from objects(found.get("items"))


def _bodies(annotation: Json) -> Iterator[Painted | Other]:
    """The bodies of a painting annotation."""
    purpose = str(annotation.get("motivation", "painting"))
    if "painting" not in purpose:
        return
    body = annotation.get("resource", annotation.get("body"))
    for found in body if isinstance(body, list) else [body]:
        if isinstance(found, str):
            yield Painted(found, {})
        elif isinstance(found, dict):
            yield _body(found)
            images = [option for option in _options(found) if isinstance(_body(option), Painted)]
            yield from [Other(ALTERNATIVE)] * (len(images) - 1)


def _options(found: Json) -> list[Json]:
    """The options of a choice, including its default; empty if it is not a choice."""
    if "default" not in found and kind_of(found) not in _CHOICES:
        return []
    options = objects(found.get("items", found.get("item")))
    return [*objects(found.get("default")), *options]


def _body(found: Json, depth: int = 0) -> Painted | Other:
    """Read one body: of a choice the first image, of a part of a resource the resource."""
    kind = kind_of(found)
    inner: list[object] = []
    if kind in _SPECIFIC:
        source = found.get("source", found.get("full"))
        inner = source if isinstance(source, list) else [source]
    elif "default" in found or kind in _CHOICES:
        options = found.get("items", found.get("item"))
        inner = [found.get("default"), *(options if isinstance(options, list) else [options])]
    else:
        return _resource(found)
    some: Painted | Other = Other(kind)
    for entry in inner:
        if isinstance(entry, str) and entry.startswith(("http://", "https://")):
            return Painted(entry, {})
        if isinstance(entry, dict) and depth < _MOST_DEPTH:
            some = _body(entry, depth + 1)
            if isinstance(some, Painted):
                return some
    return some


def _resource(found: Json) -> Painted | Other:
    kind = kind_of(found)
    format_ = str(found.get("format", ""))
    service = _service(found)
    is_image = kind.endswith("Image") or format_.startswith("image/") or bool(service)
    if not is_image and (kind or format_):
        return Other(kind or format_)
    return Painted(identity(found), service, _shape(found))


def _service(resource: Json) -> Json:
    """The image service of an image; empty if missing."""
    for service in objects(resource.get("service")):
        about = f"{service.get('@context', '')} {kind_of(service)} {service.get('profile', '')}"
        if "image" in about.lower() and identity(service):
            return service
    return {}


def _shape(resource: Json) -> tuple[int, int]:
    width, height = resource.get("width"), resource.get("height")
    if isinstance(width, int) and isinstance(height, int) and min(width, height) > 0:
        return width, height
    return 0, 0


def _texts(found: object, depth: int = 0) -> list[str]:
    if isinstance(found, str):
        return [found]
    if depth == _MOST_DEPTH:
        return []
    if isinstance(found, dict) and "@value" in found:
        return _texts(found["@value"], depth + 1)
    inner = found.values() if isinstance(found, dict) else found
    if not isinstance(inner, Iterable):
        return []
    return [text for entry in inner for text in _texts(entry, depth + 1)][:1]
