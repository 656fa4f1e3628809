"""The known exports: how to recognise each, and its columns of pictures.

TCAT's headers are those of ``mod.media_frequency.php`` and ``mod.export_tweets.php``; 4CAT's are
those written by the ``map_item`` of its data sources; the others are from the tools' own
documentation and files. Columns of portraits (of authors, groups, channels) are left out on
purpose: they are not what was posted.
"""

from __future__ import annotations

from dataclasses import dataclass

MEDIA_FREQUENCY = "TCAT media frequency"
GENERIC = "table"


@dataclass(frozen=True)
class Form:
    """A kind of table.

    Attributes:
        name: its common name.
        marks: column names that together identify it.
        pictures: columns of pictures, all of which are taken, in this order.
        stills: columns of stills of videos, for rows without a picture.
        address: template of a picture's address from other columns, for rows without one.
        kept: columns to keep, if present; None for all.
        frequency_columns: columns that may have the number of times an image was seen.
        frequency_is_certain: whether they certainly do: other cells than whole numbers are errors.
        is_certain: whether there are no pictures in other columns.
        hint: what to do if it has no pictures.
    """

    name: str
    marks: frozenset[str]
    pictures: tuple[str, ...] = ()
    stills: tuple[str, ...] = ()
    address: str = ""
    kept: tuple[str, ...] | None = None
    frequency_columns: tuple[str, ...] = ()
    frequency_is_certain: bool = True
    is_certain: bool = True
    hint: str = ""


_TWEET = (
    *("id", "created_at", "from_user_name", "text", "lang"),
    *("retweet_count", "favorite_count", "hashtags"),
)
_POST = (
    *("id", "thread_id", "timestamp", "author", "author_name", "subject", "title", "body"),
    *("hashtags", "tags", "likes", "views", "board", "query"),
    *("url", "link", "post_url", "tiktok_url"),
)


def _tcat(name: str, marks: str, *pictures: str, kept: tuple[str, ...] = _TWEET) -> Form:
    return Form(
        f"TCAT {name}",
        frozenset(marks.split()),
        pictures,
        kept=kept,
        is_certain=False,
        hint="tick media when exporting tweets from TCAT, or export its media frequency",
    )


def _4cat(
    name: str,
    marks: str,
    *pictures: str,
    stills: tuple[str, ...] = (),
    address: str = "",
    hint: str = "",
) -> Form:
    return Form(
        f"4CAT, {name}",
        frozenset(marks.split()),
        pictures,
        stills,
        address,
        kept=_POST,
        hint=hint,
    )


_DOWNLOADED_BY_4CAT = (
    "its pictures are not in the table: let 4CAT download them, and give the unpacked folder"
)

FORMS = (
    Form(
        MEDIA_FREQUENCY,
        frozenset({"interval", "media url", "frequency"}),
        ("media url",),
        kept=("interval",),
        frequency_columns=("frequency",),
        is_certain=False,
    ),
    _tcat("full export", "id time from_user_name from_user_profile_image_url", "media_urls"),
    _tcat("tweets", "id time created_at from_user_name text", "media_urls"),
    Form(
        "4CAT, top images",
        frozenset({"date", "item", "value", "ids"}),
        ("item",),
        frequency_columns=("value",),
    ),
    _4cat("X", "thread_id is_retweet is_quote_tweet images", "images"),
    _4cat(
        "Instagram",
        "thread_id parent_id num_media",
        "image_urls",
        "image_url",
        stills=("thumbnail_url",),
    ),
    _4cat(
        "Instagram",
        "thread_id parent_id usertags num_likes",
        "image_urls",
        "image_url",
        stills=("thumbnail_url",),
    ),
    _4cat("TikTok", "thread_id tiktok_url thumbnail_url", stills=("thumbnail_url",)),
    _4cat(
        "TikTok comments",
        "thread_id post_body comment_url is_liked_by_post_author",
        hint="comments on TikTok have no pictures",
    ),
    _4cat("Douyin", "thread_id prevent_download", "image_urls", stills=("video_thumbnail",)),
    _4cat(
        "Tumblr",
        "thread_id image_urls image_urls_reblogged",
        "image_urls",
        "image_urls_reblogged",
        stills=("video_thumb_urls",),
    ),
    _4cat("VK", "thread_id item_type author_photo photos", "photos"),
    _4cat("Bluesky", "thread_id replies_allowed images", "images"),
    _4cat(
        "Truth Social",
        "thread_id account_avatar images video_thumbs",
        "images",
        stills=("video_thumbs",),
    ),
    _4cat("Gab", "reblogs_count account_note image_urls", "image_urls", stills=("link_image",)),
    _4cat(
        "LinkedIn",
        "thread_id inclusion_context image_urls",
        "image_urls",
        stills=("video_thumb_url",),
    ),
    _4cat("Threads", "thread_id is_paid_partnership link_thumbnail_url image_url", "image_url"),
    _4cat("Pinterest", "thread_id pinner_original image_url", "image_url"),
    _4cat("9GAG", "is_vote_masked tags_annotated image_url", "image_url"),
    _4cat("Imgur", "album_media is_viral media_url", "media_url"),
    _4cat("Facebook", "is_in_group group_name image_url", "image_url"),
    _4cat("Douban", "thread_id is_topic_elite image_urls", "image_urls"),
    _4cat(
        "RedNote comments",
        "thread_id ip_location author_avatar_url",
        hint="comments on RedNote have no pictures",
    ),
    _4cat("RedNote", "thread_id title author_avatar_url image_urls", "image_urls", "image_url"),
    _4cat("RedNote", "thread_id title author_avatar_url image_url", "image_url"),
    _4cat("Weibo", "thread_id image_url unix_timestamp body author", "image_url"),
    _4cat("Telegram", "thread_id chat attachment_type attachment_data", hint=_DOWNLOADED_BY_4CAT),
    _4cat(
        "4chan",
        "thread_id board image_4chan image_md5 country_code",
        address="https://i.4cdn.org/{board}/{image_4chan}",
    ),
    _4cat(
        "8chan or 8kun",
        "thread_id board image_file image_md5",
        "image_url",
        hint=_DOWNLOADED_BY_4CAT,
    ),
    Form(
        "4CAT",
        frozenset({"id", "thread_id", "timestamp"}),
        ("image_urls", "image_url", "images", "photos"),
        stills=("thumbnail_urls", "thumbnail_url", "video_thumb_urls", "video_thumbs"),
        kept=_POST,
        is_certain=False,
    ),
    Form(
        "YouTube Data Tools",
        frozenset({"videoId", "channelTitle", "videoTitle"}),
        ("thumbnail_maxres",),
        address="https://i.ytimg.com/vi/{videoId}/hqdefault.jpg",
    ),
    Form(
        "Memespector",
        frozenset({"Image_URL_or_Path"}),
        ("Image_URL_or_Path",),
        is_certain=False,
    ),
    Form(
        "CrowdTangle",
        frozenset({"Post Created", "Overperforming Score", "URL"}),
        ("Photo",),
        is_certain=False,
        hint="CrowdTangle's tables name posts, and no pictures",
    ),
    Form(
        "Netvizz, Facebook page",
        frozenset({"post_id", "post_link", "picture"}),
        ("full_picture", "picture"),
    ),
    Form(
        "Apify, Instagram",
        frozenset({"shortCode", "displayUrl"}),
        ("images", "displayUrl"),
        is_certain=False,
    ),
)

ANY_TABLE = Form(
    GENERIC,
    frozenset(),
    frequency_columns=("frequency", "count", "occurrences"),
    frequency_is_certain=False,
    is_certain=False,
)
