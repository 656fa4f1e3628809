"""What is said of a platform whose posts are read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Platform:
    """How the posts of a platform are read.

    Attributes:
        name: what it is called where its posts come without a collector's envelope.
        sources: what ``source_platform`` says for it.
        marks: keys that together give a post away that has no envelope; empty for none.
        pictures: where its own pictures are.
        frames: where the still of a video is.
        quoted: where the pictures of a post within it are.
        columns: further columns and where they are.
        thing: what one of them is called.
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
