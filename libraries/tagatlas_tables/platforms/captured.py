"""Posts of the platforms whose pages Zeeschuimer captures.

The forms are those that its modules store and that the ``map_item`` of 4CAT's data sources reads.
"""

from __future__ import annotations

from tagatlas_tables.platforms.platform import MASTODON, X_PHOTOS, X_STILLS, Platform

_X_QUOTED = "quoted_status_result.result.{}legacy.{}.media[].media_url_https"
_X_USER = "core.user_results.result."
_IG_PHOTO = "image_versions2.candidates[0].url"
_IG_POST = {
    "id": "code|shortcode|id",
    "author": "user.username|owner.username",
    "timestamp": "taken_at|taken_at_timestamp",
    "body": "caption.text|edge_media_to_caption.edges[0].node.text",
    "likes": "like_count|edge_media_preview_like.count",
}
_THREADS_QUOTED = "text_post_app_info.share_info.quoted_post."
_LINKEDIN_PICTURE = "rootUrl+artifacts[largest].fileIdentifyingUrlPathSegment"
_LINKEDIN_COUNTS = "*socialDetail.*totalSocialActivityCounts."

CAPTURED = (
    Platform(
        name="X",
        sources=("twitter.com", "x.com"),
        marks=("rest_id", "legacy"),
        pictures=(
            X_PHOTOS.format("legacy."),
            (
                "[!legacy.extended_entities]legacy.retweeted_status_result.result.legacy"
                ".extended_entities.media[type=photo].media_url_https"
            ),
        ),
        frames=(X_STILLS.format("legacy."),),
        quoted=tuple(
            "|".join(_X_QUOTED.format(level, key) for key in ("extended_entities", "entities"))
            for level in ("", "tweet.")
        ),
        columns={
            "id": "rest_id|legacy.id_str",
            "author": f"{_X_USER}core.screen_name|{_X_USER}legacy.screen_name|user.screen_name",
            "timestamp": "legacy.created_at",
            "body": "legacy.full_text",
            "lang": "legacy.lang",
            "likes": "legacy.favorite_count",
            "reposts": "legacy.retweet_count",
            "replies": "legacy.reply_count",
            "quotes": "legacy.quote_count",
            "views": "views.count|ext_views.count",
            "hashtags": "legacy.entities.hashtags[].text",
        },
    ),
    Platform(
        name="Instagram",
        sources=("instagram.com",),
        marks=(
            "code|shortcode",
            "user|owner",
            "image_versions2|carousel_media|display_url|display_uri",
            "!text_post_app_info",
        ),
        pictures=(
            (
                f"carousel_media[media_type!=2].{_IG_PHOTO}"
                "|edge_sidecar_to_children.edges[].node[__typename!=GraphVideo].display_url"
                f"|[!carousel_media][media_type=1]{_IG_PHOTO}"
                "|[!edge_sidecar_to_children][__typename=GraphImage]display_url"
                "|[__typename=XIGPolarisImageMedia]display_uri"
                "|[__typename=XIGPolarisPhotoMedia]display_uri"
            ),
        ),
        frames=(
            (
                f"carousel_media[media_type=2].{_IG_PHOTO}"
                "|edge_sidecar_to_children.edges[].node[__typename=GraphVideo].display_url"
                f"|[!carousel_media][media_type!=1]{_IG_PHOTO}"
                "|[!edge_sidecar_to_children][__typename!=GraphImage]display_url"
                "|[__typename=XIGPolarisVideoMedia]display_uri"
            ),
        ),
        columns={
            **_IG_POST,
            "comments": "comment_count|edge_media_preview_comment.count",
            "views": "play_count|view_count",
            "place": "location.name",
        },
    ),
    Platform(
        name="Threads",
        sources=("threads.net", "threads.com"),
        marks=("code", "user", "text_post_app_info"),
        pictures=(
            (
                f"carousel_media[!video_versions].{_IG_PHOTO}"
                f"|[!carousel_media][!video_versions]{_IG_PHOTO}"
            ),
        ),
        frames=(
            (
                f"carousel_media[?video_versions].{_IG_PHOTO}"
                f"|[!carousel_media][?video_versions]{_IG_PHOTO}"
            ),
        ),
        quoted=(
            (
                f"{_THREADS_QUOTED}carousel_media[].{_IG_PHOTO}|{_THREADS_QUOTED}{_IG_PHOTO}"
                f"|{_THREADS_QUOTED.replace('quoted', 'reposted')}{_IG_PHOTO}"
            ),
        ),
        columns={
            **_IG_POST,
            "reposts": "text_post_app_info.repost_count",
            "replies": "text_post_app_info.direct_reply_count",
            "quotes": "text_post_app_info.quote_count",
        },
    ),
    Platform(
        name="TikTok",
        sources=("tiktok.com",),
        marks=("createTime", "desc", "video|imagePost", "stats|statsV2"),
        pictures=("imagePost.images[].imageURL.urlList[0]",),
        frames=(
            "[!imagePost]video.cover|[!imagePost]video.originCover|[!imagePost]video.shareCover[-1]",
        ),
        columns={
            "id": "id",
            "author": "author.uniqueId|author",
            "timestamp": "createTime",
            "body": "desc",
            "likes": "stats.diggCount",
            "comments": "stats.commentCount",
            "shares": "stats.shareCount",
            "views": "stats.playCount",
            "hashtags": "textExtra[].hashtagName",
        },
    ),
    Platform(
        name="TikTok comments",
        thing="comment",
        sources=("tiktok-comments",),
        marks=("cid", "aweme_id", "reply_id"),
        pictures=("image_list[].origin_url.url_list[0]",),
        frames=(),
        columns={
            "id": "cid",
            "author": "user.unique_id",
            "timestamp": "create_time",
            "body": "text",
            "link": "share_info.url",
            "likes": "digg_count",
            "replies": "reply_comment_total",
        },
    ),
    Platform(
        name="Douyin",
        sources=("douyin.com",),
        marks=("aweme_id|awemeId", "desc", "video|images"),
        pictures=("images[].url_list[0]|images[].urlList[0]",),
        frames=(
            (
                "[!images]video.cover.url_list[0]|[!images]video.cover.urlList[0]|[!images]video.cover"
                "|cellRoom.rawdata.video.cover"
            ),
        ),
        columns={
            "id": "aweme_id|awemeId|id",
            "author": "author.nickname|authorInfo.nickname",
            "timestamp": "create_time|createTime",
            "body": "desc",
            "likes": "statistics.digg_count|stats.diggCount",
            "comments": "statistics.comment_count|stats.commentCount",
            "shares": "statistics.share_count|stats.shareCount",
            "hashtags": "text_extra[].hashtag_name|textExtra[].hashtagName",
        },
    ),
    Platform(
        name="9GAG",
        sources=("9gag.com",),
        marks=("creationTs", "upVoteCount", "images"),
        pictures=("[type!=Animated]images[largest].url",),
        frames=("[type=Animated]images[largest].url",),
        columns={
            "id": "id",
            "author": "creator.username",
            "timestamp": "creationTs",
            "subject": "title",
            "body": "description",
            "link": "url",
            "likes": "upVoteCount",
            "dislikes": "downVoteCount",
            "comments": "commentsCount",
            "hashtags": "tags[].key",
        },
    ),
    Platform(
        name="Imgur",
        sources=("imgur.com",),
        marks=("account_id", "upvote_count", "cover"),
        pictures=("media[type!=video].url|cover[type!=video].url",),
        frames=(),
        columns={
            "id": "id",
            "author": "account_id",
            "timestamp": "created_at",
            "subject": "title",
            "body": "description",
            "link": "url",
            "likes": "upvote_count",
            "dislikes": "downvote_count",
            "comments": "comment_count",
            "views": "view_count",
            "pictures in the album": "image_count",
        },
    ),
    Platform(
        name="LinkedIn",
        sources=("linkedin.com",),
        marks=("actor", "commentary|content", "*socialDetail"),
        pictures=(
            (
                f"content.images[].attributes[0].vectorImage.{_LINKEDIN_PICTURE}"
                "|content.imageComponent.images[].attributes[0].detailData.vectorImage."
                f"{_LINKEDIN_PICTURE}"
                "|content.articleComponent.largeImage.attributes[0].detailData.vectorImage."
                f"{_LINKEDIN_PICTURE}"
                "|content.articleComponent.largeImage.attributes[0].imageUrl.url"
            ),
        ),
        frames=(
            (
                f"content.*videoPlayMetadata.thumbnail.{_LINKEDIN_PICTURE}"
                "|content.linkedInVideoComponent.*videoPlayMetadata.thumbnail."
                f"{_LINKEDIN_PICTURE}"
                f"|content.externalVideoComponent.*videoPlayMetadata.thumbnail.{_LINKEDIN_PICTURE}"
            ),
        ),
        columns={
            "id": "updateMetadata.urn|preDashEntityUrn",
            "author": "actor.name.text",
            "timestamp": "actor.subDescription.text",
            "body": "commentary.text.text",
            "likes": f"{_LINKEDIN_COUNTS}numLikes|*socialDetail.likes.paging.total",
            "comments": f"{_LINKEDIN_COUNTS}numComments|*socialDetail.comments.paging.total",
            "shares": f"{_LINKEDIN_COUNTS}numShares|*socialDetail.totalShares",
        },
    ),
    Platform(
        name="Gab",
        sources=("gab.com",),
        marks=("i", "ca", "author_info"),
        pictures=("image_info[t=image].u|media_attachments[type=image].url",),
        frames=("image_info[t=video].pu|media_attachments[type=video].preview_url",),
        columns={
            **MASTODON,
            "id": "i|id",
            "author": "author_info.un|account.username",
            "timestamp": "ca|created_at",
            "body": "c|content",
            "link": "ul|url",
            "likes": "fbc|favourites_count",
            "reposts": "rbc|reblogs_count",
        },
    ),
    Platform(
        name="Pinterest",
        sources=("pinterest.com",),
        marks=("pinner", "images|imageSpec_orig"),
        pictures=(
            (
                "[!videos]imageSpec_orig.url|[!videos]images.orig.url|[!videos]images.url"
                "|[_zs-origin=html]image"
            ),
        ),
        frames=("[?videos]imageSpec_orig.url|[?videos]images.orig.url|[?videos]images.url",),
        columns={
            "id": "entityId|id",
            "author": "pinner.username",
            "timestamp": "created_at|createdAt",
            "subject": "title",
            "body": "description|body",
            "board": "board.name",
            "hashtags": "pinJoin.visualAnnotation[]|tags[]",
            "likes": "aggregatedPinData.aggregatedStats.saves",
        },
    ),
    Platform(
        name="Xiaohongshu",
        sources=("xiaohongshu.com",),
        marks=("note_card|note|note_id", "id|note_id", "model_type|note|image_list|xsec_token"),
        pictures=(
            (
                "note_card.image_list[].url_default"
                "|note_card.image_list[].info_list[image_scene=WB_DFT].url"
                "|image_list[].url_default|image_list[].info_list[image_scene=WB_DFT].url"
                "|note.imageList[].urlDefault|[note_card.type!=video][type!=video]note_card.cover.url_default"
                "|[_zs-origin=html]thumbnail_url"
            ),
        ),
        frames=("[note_card.type=video]note_card.cover.url_default|[type=video]cover.url_default",),
        columns={
            "id": "id|note_id",
            "author": "note_card.user.nickname|note_card.user.nick_name|note.user.nickname"
            "|user.nickname|user.nick_name|author_name",
            "timestamp": "note_card.time|note.time|time",
            "subject": "note_card.display_title|note.title|display_title|title",
            "body": "note_card.desc|note.desc|desc",
            "likes": "note_card.interact_info.liked_count|note.interactInfo.likedCount"
            "|interact_info.liked_count|likes",
        },
    ),
    Platform(
        name="Xiaohongshu comments",
        thing="comment",
        sources=("xiaohongshu-comments",),
        marks=("sub_comment_count", "content", "note_id"),
        pictures=("pictures[].url_default",),
        frames=(),
        columns={
            "id": "id",
            "author": "user_info.nickname",
            "timestamp": "create_time",
            "body": "content",
            "likes": "like_count",
            "replies": "sub_comment_count",
        },
    ),
)
