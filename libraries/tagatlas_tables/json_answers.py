"""Finds the records in the answer of a service or in an export that wraps them.

``{"data": [...], "meta": {...}}`` holds records under ``data``; ``{"photos": {"photo": [...]}}``
two levels deep. A list names the keys that wrap records: a work with its ``images`` is one record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagatlas_tables.json_tables import tabulated
from tagatlas_tables.json_text import Fault, complete, opened

if TYPE_CHECKING:
    from collections.abc import Iterator

_WRAPPERS = (
    *("data", "results", "result", "records", "rows", "docs", "documents", "hits", "orderedItems"),
    *("features", "artObjects", "artworks", "objects", "works", "posts", "statuses", "tweets"),
    *("messages", "entries", "feed", "children", "edges", "nodes", "pages", "photoset"),
    *("response", "query", "log", "search", "collection", "body", "payload", "content", "media"),
    *("items", "photos", "photo", "images", "pictures", "value", "list", "_embedded"),
)
_OF_RECORDS = frozenset({"media", "content", "images", "photos", "photo", "pictures", "children"})
"""Keys that records may have themselves: they wrap others only if there is no other evidence."""
_OWN = frozenset({"id", "_id", "objectID", "title", "name", "url", "text", "created_at"})
_SINGLE = ("node", "_source")
"""Keys that wrap a single record: GraphQL's edges, Elasticsearch's hits."""
_CAPTURED = frozenset({"source_platform", "__import_meta"})
_DEEPEST = 4


def records_in(value: object, faults: list[Fault], *, alone: bool) -> Iterator[tuple[str, object]]:
    """The records of one value: those that it wraps, or itself.

    Args:
        value: from ``read_values``.
        faults: records that are nested too deeply are added to it.
        alone: whether it is the only value of its file; one of several is likely a record itself.

    Yields:
        Path of the record, as keys joined by dots (``photos.photo``; empty for the value itself),
        and the record.
    """
    found = _wrapped(value, 0, alone=alone)
    rows = tabulated(value) if alone and found is None else None
    place, members, whole = found or ("", rows or [value], {})
    included = complete(whole.get("includes"))
    for member in members:
        try:
            record = _single(complete(member))
        except ValueError as error:
            faults.append(Fault(0, str(error)))
            continue
        if isinstance(record, dict):
            record = record if alone else {**_common_fields(whole), **record}
            record = _joined(record, included) if isinstance(included, dict) else record
        yield place, record


def _common_fields(whole: dict[str, object]) -> dict[str, object]:
    """The fields beside wrapped records, which apply to all records of their object."""
    beside = {key: complete(value) for key, value in whole.items() if key not in _WRAPPERS}
    return {key: value for key, value in beside.items() if not isinstance(value, dict | list)}


def _wrapped(
    value: object, depth: int, *, alone: bool
) -> tuple[str, list[object], dict[str, object]] | None:
    """Path of the wrapped records, the records, and the object that holds them."""
    whole = opened(value)
    if not isinstance(whole, dict) or depth == _DEEPEST or not _CAPTURED.isdisjoint(whole):
        return None
    is_record = not _OWN.isdisjoint(whole) and "Collection" not in str(complete(whole.get("type")))
    for key in _WRAPPERS:
        doubts = (key in _OF_RECORDS) + is_record + (not alone)
        if key not in whole or doubts > 1:
            continue
        inner = opened(whole[key])
        if isinstance(inner, list) and _holds_objects(inner):
            return key, inner, whole
        if not isinstance(inner, dict):
            continue
        if key == "data" and "includes" in whole:
            return key, [whole[key]], whole  # one post of the API of X
        if key == "pages" and inner and all(isinstance(opened(v), dict) for v in inner.values()):
            return key, list(inner.values()), whole
        if deeper := _wrapped(inner, depth + 1, alone=alone):
            return f"{key}.{deeper[0]}", deeper[1], deeper[2]
    return None


def _holds_objects(members: list[object]) -> bool:
    return any(isinstance(opened(member), dict) for member in members[:20])


def _single(record: object) -> object:
    if isinstance(record, dict):
        for key in _SINGLE:
            inner = record.get(key)
            if isinstance(inner, dict):
                return {**{k: v for k, v in record.items() if k != key}, **inner}
        if isinstance(inner := record.get("data"), dict) and record.get("kind") in ("t1", "t3"):
            return inner  # Reddit's listings
    return record


def _joined(record: dict[str, object], included: dict[str, object]) -> dict[str, object]:
    """A post of the API of X (version 2) with its references resolved."""
    media = _by_key(included.get("media"), "media_key")
    users = _by_key(included.get("users"), "id")
    posts = _by_key(included.get("tweets"), "id")
    joined = _with_media(record, media)
    if (author := users.get(str(record.get("author_id")))) is not None:
        joined["author_user"] = author
    referred = record.get("referenced_tweets")
    if isinstance(referred, list):
        joined["referenced_tweets"] = [
            {**_with_media(posts.get(str(one.get("id")), {}), media), **one}
            for one in referred
            if isinstance(one, dict)
        ]
    return joined


def _by_key(members: object, key: str) -> dict[str, dict[str, object]]:
    if not isinstance(members, list):
        return {}
    return {str(one[key]): one for one in members if isinstance(one, dict) and key in one}


def _with_media(post: dict[str, object], media: dict[str, dict[str, object]]) -> dict[str, object]:
    attachments = post.get("attachments")
    keys = attachments.get("media_keys") if isinstance(attachments, dict) else None
    if not isinstance(attachments, dict) or not isinstance(keys, list):
        return dict(post)
    found = [media.get(str(key), key) if isinstance(key, str) else key for key in keys]
    return {**post, "attachments": {**attachments, "media_keys": found}}
