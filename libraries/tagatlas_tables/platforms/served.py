"""Posts from the platforms' own APIs and archives.

The forms are those that the ``map_item`` of 4CAT's data sources reads and the platforms document.
"""

from __future__ import annotations

from tagatlas_tables.platforms.platform import MASTODON, X_PHOTOS, X_STILLS, Platform

SERVED = (
    Platform(
        name="X API v2",
        sources=(),
        marks=("id", "text", "author_id", "edit_history_tweet_ids|public_metrics|attachments"),
        pictures=("attachments.media_keys[type=photo].url",),
        frames=("attachments.media_keys[type!=photo].preview_image_url",),
        quoted=("referenced_tweets[].attachments.media_keys[type=photo].url",),
        columns={
            "id": "id",
            "author": "author_user.username|author_username|author_id",
            "timestamp": "created_at",
            "body": "text",
            "lang": "lang",
            "likes": "public_metrics.like_count",
            "reposts": "public_metrics.retweet_count",
            "replies": "public_metrics.reply_count",
            "quotes": "public_metrics.quote_count",
            "views": "public_metrics.impression_count",
            "hashtags": "entities.hashtags[].tag",
        },
    ),
    Platform(
        name="X API v1.1",
        sources=(),
        marks=("id_str", "full_text|text", "entities", "user"),
        pictures=(
            "|".join(
                X_PHOTOS.format(level) for level in ("extended_tweet.", "", "retweeted_status.")
            ),
        ),
        frames=(X_STILLS.format("extended_tweet.") + "|" + X_STILLS.format(""),),
        quoted=(X_PHOTOS.format("quoted_status."),),
        columns={
            "id": "id_str",
            "author": "user.screen_name",
            "timestamp": "created_at",
            "body": "extended_tweet.full_text|full_text|text",
            "lang": "lang",
            "likes": "favorite_count",
            "reposts": "retweet_count",
            "hashtags": "entities.hashtags[].text",
        },
    ),
    Platform(
        name="archive of X",
        sources=(),
        marks=("tweet.id_str", "tweet.full_text"),
        pictures=(X_PHOTOS.format("tweet."),),
        frames=(X_STILLS.format("tweet."),),
        columns={
            "id": "tweet.id_str",
            "timestamp": "tweet.created_at",
            "body": "tweet.full_text",
            "likes": "tweet.favorite_count",
            "reposts": "tweet.retweet_count",
        },
    ),
    Platform(
        name="Mastodon",
        sources=("truthsocial.com",),
        marks=("id", "account", "media_attachments", "created_at"),
        pictures=("media_attachments[type=image].url|reblog.media_attachments[type=image].url",),
        frames=(
            "media_attachments[type=video].preview_url",
            "media_attachments[type=gifv].preview_url",
            "media_attachments[type=tv].url",
        ),
        quoted=(
            (
                "quote.media_attachments[type=image].url"
                "|quote.quoted_status.media_attachments[type=image].url"
            ),
        ),
        columns={**MASTODON, "hashtags": "tags[].name"},
    ),
    Platform(
        name="Bluesky",
        sources=("bsky.app",),
        marks=("uri", "cid", "author", "record"),
        pictures=("embed.images[].fullsize|embed.media.images[].fullsize|embed.images[].thumb",),
        frames=("embed.thumbnail|embed.media.thumbnail",),
        quoted=(
            "embed.record.embeds[].images[].fullsize|embed.record.record.embeds[].images[].fullsize",
        ),
        columns={
            "id": "uri",
            "author": "author.handle",
            "timestamp": "record.createdAt|record.created_at",
            "body": "record.text",
            "likes": "likeCount|like_count",
            "reposts": "repostCount|repost_count",
            "replies": "replyCount|reply_count",
        },
    ),
    Platform(
        name="Tumblr",
        sources=(),
        marks=("blog_name", "content", "trail|layout", "post_url"),
        pictures=("content[type=image].media[0].url",),
        frames=("content[type=video].poster[0].url",),
        quoted=("trail[].content[type=image].media[0].url",),
        columns={
            "id": "id_string|id",
            "author": "blog_name",
            "timestamp": "timestamp|date",
            "body": "content[type=text].text",
            "link": "post_url",
            "likes": "note_count",
            "hashtags": "tags[]",
        },
    ),
    Platform(
        name="VK",
        sources=(),
        marks=("owner_id", "from_id", "date", "post_source|4cat_item_type|reposts"),
        pictures=("attachments[type=photo].photo.sizes[largest].url",),
        frames=("attachments[type=video].video.image[largest].url",),
        quoted=("copy_history[].attachments[type=photo].photo.sizes[largest].url",),
        columns={
            "id": "id",
            "author": "author_profile.screen_name|from_id",
            "timestamp": "date",
            "body": "text",
            "likes": "likes.count",
            "reposts": "reposts.count",
            "comments": "comments.count",
            "views": "views.count",
        },
    ),
    Platform(
        name="HAR",
        thing="request",
        sources=(),
        marks=("request.url", "response.content"),
        pictures=("[response.content.mimeType^=image/]request.url",),
        frames=(),
        columns={
            "id": "request.url",
            "timestamp": "startedDateTime",
            "type": "response.content.mimeType",
        },
    ),
)
