"""The URL at which an image service gives an image at about the size that is wanted."""

from __future__ import annotations

from tagatlas_iiif.presentation import Json, identity

_LEVEL_0 = ("level0", "#level0", "compliance.html#level0")


def image_url(service: Json, resource: str, side: int) -> str:
    """Where an image is to be had, its longer side of ``side`` pixels if that can be.

    The form is that of the Image API, ``{base}/{region}/{size}/{rotation}/{quality}.{format}``,
    versions 2.1 and 3.0.

    Args:
        service: its description, or as much of it as a manifest says; empty if there is none.
        resource: URL of the image itself, used without a service.
        side: what is wanted, in pixels.

    Returns:
        An ``http(s)`` URL; empty if there is none.
    """
    base = identity(service).rstrip("/")
    if not base.startswith(("http://", "https://")):
        return resource if resource.startswith(("http://", "https://")) else ""
    return f"{base}/full/{_size(service, side)}/0/default.jpg"


def _size(service: Json, side: int) -> str:
    is_third = "image/3" in str(service.get("@context", "")) or service.get("type") in (
        "ImageService3",
    )
    whole = "max" if is_third else "full"
    longest = max(_number(service, "width"), _number(service, "height"))
    if 0 < longest <= side:
        return whole
    if not _scales(service):
        return _listed(service, side, is_third=is_third) or whole
    most = min([side, *(limit for name in _LIMITS if (limit := _number(service, name)) > 0)])
    return f"!{most},{most}"


_LIMITS = ("maxWidth", "maxHeight")


def _scales(service: Json) -> bool:
    """Whether the service gives any size: at level 0, it gives those that it lists alone."""
    profile = service.get("profile", "")
    named = profile[0] if isinstance(profile, list) and profile else profile
    return not str(named).endswith(_LEVEL_0)


def _listed(service: Json, side: int, *, is_third: bool) -> str:
    """The smallest listed size that is large enough, or the largest; empty if none is listed."""
    sizes = service.get("sizes")
    found = [
        (_number(size, "width"), _number(size, "height"))
        for size in (sizes if isinstance(sizes, list) else [])
        if isinstance(size, dict)
    ]
    found = sorted((size for size in found if min(size) > 0), key=max)
    if not found:
        return ""
    width, height = next((size for size in found if max(size) >= side), found[-1])
    return f"{width},{height}" if is_third else f"{width},"


def _number(entry: Json, name: str) -> int:
    found = entry.get(name)
    return found if isinstance(found, int) and not isinstance(found, bool) else 0
