"""What manifests and collections say, in versions 2 and 3 of the Presentation API.

Documents come from outside: whatever is not as the specification has it is passed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

Json = dict[str, object]


@dataclass(frozen=True)
class Painted:
    """One image on one canvas.

    Attributes:
        label: of the manifest.
        page: label of the canvas.
        manifest: the manifest's URL.
        canvas: the canvas's URL; of an image description, the image's.
        resource: URL of the image itself; empty if none is given.
        service: description of the image service; empty if there is none.
    """

    label: str
    page: str
    manifest: str
    canvas: str
    resource: str
    service: Json


def is_image_description(document: Json) -> bool:
    """Whether a document is an ``info.json`` of the Image API."""
    kind = str(document.get("type", ""))
    protocol = str(document.get("protocol", ""))
    return kind.startswith("ImageService") or protocol.startswith("http://iiif.io/api/image")


def identity(document: Json) -> str:
    """The URL by which a thing names itself."""
    found = document.get("id", document.get("@id"))
    return found if isinstance(found, str) else ""


def members(document: Json) -> list[str]:
    """URLs of the manifests and collections that a collection lists; of a manifest, none."""
    entries: list[Json] = []
    for key in ("collections", "manifests", "members"):
        entries += _dicts(document.get(key))
    listed = [
        entry
        for entry in _dicts(document.get("items"))
        if entry.get("type") in ("Manifest", "Collection")
    ]
    urls = [identity(entry) for entry in [*entries, *listed]]
    return [url for url in dict.fromkeys(urls) if url.startswith(("http://", "https://"))]


def paintings(manifest: Json) -> Iterator[Painted]:
    """The images of a manifest, in its order."""
    label, url = label_of(manifest), identity(manifest)
    canvases = [
        canvas
        for sequence in _dicts(manifest.get("sequences"))
        for canvas in _dicts(sequence.get("canvases"))
    ]
    canvases += [
        item for item in _dicts(manifest.get("items")) if item.get("type", "Canvas") == "Canvas"
    ]
    for canvas in canvases:
        for resource in _resources(canvas):
            yield Painted(
                label=label,
                page=label_of(canvas),
                manifest=url,
                canvas=identity(canvas),
                resource=identity(resource),
                service=_service(resource),
            )


def label_of(document: Json) -> str:
    """A label as one line of text, whatever the form and the language; empty without one."""
    return " ".join(" ".join(_texts(document.get("label"))).split())


def _resources(canvas: Json) -> Iterator[Json]:
    """The images that a canvas shows; the first of each choice."""
    annotations = _dicts(canvas.get("images"))
    for page in _dicts(canvas.get("items")):
        annotations += _dicts(page.get("items"))
    for annotation in annotations:
        resource = _dicts(annotation.get("resource", annotation.get("body")))[:1]
        for found in resource:
            choice = _dicts(found.get("default", found.get("items")))[:1]
            yield from choice or [found]


def _service(resource: Json) -> Json:
    """The image service of an image, with the image's size where the service says none."""
    for service in _dicts(resource.get("service")):
        about = f"{service.get('@context', '')} {service.get('type', service.get('@type', ''))}"
        about += f" {service.get('profile', '')}"
        if "image" in about.lower() and identity(service):
            size: Json = {name: resource[name] for name in ("width", "height") if name in resource}
            return {**size, **service}
    return {}


def _dicts(found: object) -> list[Json]:
    """What is there as a list of objects."""
    listed = found if isinstance(found, list) else [found]
    return [entry for entry in listed if isinstance(entry, dict)]


def _texts(found: object) -> list[str]:
    if isinstance(found, str):
        return [found]
    if isinstance(found, list):
        return [text for entry in found for text in _texts(entry)][:1]
    if isinstance(found, dict):
        if "@value" in found:
            return _texts(found["@value"])
        return [text for entry in found.values() for text in _texts(entry)][:1]
    return []
