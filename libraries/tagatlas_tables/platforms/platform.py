"""Description of a platform's posts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Platform:
    """Paths and names for reading the posts of a platform.

    Attributes:
        name: of the platform, for posts without a collector's envelope.
        sources: values of ``source_platform`` for it.
        marks: keys that together identify a post without an envelope; empty for none.
        pictures: path of its own pictures.
        frames: path of the still of a video.
        quoted: path of the pictures of a post quoted in it.
        columns: further columns and their paths.
        thing: noun for one of its posts.
    """

    name: str
    sources: tuple[str, ...]
    marks: tuple[str, ...]
    pictures: tuple[str, ...]
    frames: tuple[str, ...]
    columns: dict[str, str]
    quoted: tuple[str, ...] = ()
    thing: str = "post"


X_PHOTOS = (
    "{0}extended_entities.media[type=photo].media_url_https"
    "|{0}entities.media[type=photo].media_url_https"
)
X_STILLS = "{0}extended_entities.media[type!=photo].media_url_https"
MASTODON = {
    "id": "id",
    "author": "account.username|account.acct",
    "timestamp": "created_at",
    "body": "content",
    "link": "url|uri",
    "likes": "favourites_count",
    "reposts": "reblogs_count",
    "replies": "replies_count",
}
