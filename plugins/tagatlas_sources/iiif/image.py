"""The URL of an image at about a wanted size, from an image service.

Requirements of the Image API, versions 1.0 to 3.0, by level of compliance:

| level | version 1 and 2 | version 3 |
|---|---|---|
| 0 | the whole image, and the sizes listed | the whole image, and the sizes listed |
| 1 | a width (``w,``) or a height (``,h``) | the same |
| 2 | also the best fit within a box (``!w,h``) | the same |
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import sqrt

from tagatlas_sources.iiif.presentation import Json, identity

_LEVEL = re.compile(r"level([012])", re.IGNORECASE)
_VERSION = re.compile(r"api/image/([23])|ImageService([123])$")
_FIRST_VERSION = "library.stanford.edu/iiif/image-api/"


@dataclass(frozen=True)
class Service:
    """Description of an image service.

    Attributes:
        base: its URL, without a slash at the end.
        version: of the Image API, 1 to 3.
        level: of compliance, 0 to 2.
        fits: whether it supports the best fit within a box.
        width: of the image in pixels; 0 if unknown.
        height: of the image in pixels; 0 if unknown.
        longest: maximum longer side; 0 for no limit.
        area: maximum pixels; 0 for no limit.
        sizes: width and height of the listed sizes, smallest first.
    """

    base: str
    version: int
    level: int
    fits: bool
    width: int
    height: int
    longest: int
    area: int
    sizes: tuple[tuple[int, int], ...]


def image_url(description: Json, resource: str, side: int, shape: tuple[int, int] = (0, 0)) -> str:
    """The URL of an image, with a longer side of ``side`` pixels if its service can scale.

    Args:
        description: of the service, perhaps only the part in a manifest; empty for none.
        resource: URL of the image itself, used without a service.
        side: wanted longer side in pixels.
        shape: width and height of the image in the manifest; zeros if missing. The service may
            have a larger image.

    Returns:
        An ``http(s)`` URL; empty for none.
    """
    service = _service(description)
    if service is None:
        return resource if resource.startswith(("http://", "https://")) else ""
    quality = "native" if service.version == 1 else "default"
    return f"{service.base}/full/{_size(service, side, shape)}/0/{quality}.jpg"


def _service(description: Json) -> Service | None:
    base = identity(description).rstrip("/")
    if not base.startswith(("http://", "https://")):
        return None
    profile = description.get("profile", description.get("dcterms:conformsTo", ""))
    named = [part for part in _listed(profile) if isinstance(part, str)]
    features = {
        str(feature)
        for part in [*_listed(profile), {"supports": description.get("extraFeatures")}]
        if isinstance(part, dict)
        for feature in _listed(part.get("supports"))
    }
    level = _level(named)
    if level == 0 and {"sizeByW", "sizeByH"} <= features:
        level = 1
    widest = _number(description, "maxWidth")
    limits = [limit for limit in (widest, _number(description, "maxHeight")) if limit > 0]
    return Service(
        base=base,
        version=_version(description, named),
        level=level,
        fits=level == 2 or "sizeByConfinedWh" in features,
        width=_number(description, "width"),
        height=_number(description, "height"),
        longest=min(limits, default=0),
        area=_number(description, "maxArea"),
        sizes=_sizes(description),
    )


def _level(named: list[str]) -> int:
    """The level that a profile names; 1 if it names none, which most services reach."""
    for name in named:
        found = _LEVEL.search(name)
        if found:
            return int(found[1])
    return 1


def _version(description: Json, named: list[str]) -> int:
    """The version of a description; 2 if unknown."""
    context = [str(part) for part in _listed(description.get("@context"))]
    kind = [str(description.get(key, "")) for key in ("type", "@type", "protocol")]
    for text in [*context, *named, *kind]:
        if _FIRST_VERSION in text:
            return 1
        found = _VERSION.search(text)
        if found:
            return int(found[1] or found[2])
    return 2


def _size(service: Service, side: int, shape: tuple[int, int]) -> str:
    """The size as a segment of the URL."""
    whole = "max" if service.version == 3 else "full"
    known = (service.width, service.height)
    width, height = known if min(known) > 0 else shape
    longest = max(width, height)
    most = min(limit for limit in (side, service.longest or side) if limit > 0)
    if service.area:
        ratio = min(width, height) / longest if min(width, height) > 0 else 1.0
        most = min(most, max(1, int(sqrt(service.area / ratio))))
    if service.level == 0 and not service.fits:
        return _listed_size(service, most) or whole
    if longest == max(known) and 0 < longest <= most:
        return whole
    if service.fits:
        box = min(most, longest) if longest else most
        return f"!{box},{box}"
    if height > width:
        return f",{min(most, height)}"
    return f"{min(most, width) if width else most},"


def _listed_size(service: Service, side: int) -> str:
    """The smallest listed size that is large enough, else the largest; empty if none is listed."""
    if 0 < max(service.width, service.height) <= side or not service.sizes:
        return ""
    width, height = next((size for size in service.sizes if max(size) >= side), service.sizes[-1])
    return f"{width},{height}" if service.version == 3 else f"{width},"


def _sizes(description: Json) -> tuple[tuple[int, int], ...]:
    sizes = [
        (_number(size, "width"), _number(size, "height"))
        for size in _listed(description.get("sizes"))
        if isinstance(size, dict)
    ]
    return tuple(sorted((size for size in sizes if min(size) > 0), key=max))


def _listed(found: object) -> list[object]:
    """A value as a list; empty for None."""
    if found is None:
        return []
    return found if isinstance(found, list) else [found]


def _number(entry: Json, name: str) -> int:
    """A positive integer, also if written as text or with a decimal point; else 0."""
    found = entry.get(name)
    if isinstance(found, str) and found.isdecimal() and len(found) < 10:
        return int(found)
    if isinstance(found, float) and found.is_integer():
        found = int(found)
    if isinstance(found, bool) or not isinstance(found, int):
        return 0
    return found if 0 < found < 1 << 31 else 0
