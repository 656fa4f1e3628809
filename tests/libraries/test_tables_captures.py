"""Posts as captured from each platform: their own pictures, and nobody's portrait."""

from __future__ import annotations

import json

import pytest

from tagatlas.errors import InputError
from tagatlas_tables.structured import read_json
from tagatlas_tables.table import Table

PAGE = "https://site.example/search?q=x"
PORTRAIT = "https://cdn.example/profile_images/0_normal.jpg"
Post = dict[str, object]


def captured(platform: str, *posts: object) -> Table:
    """The table of posts as Zeeschuimer writes them."""
    envelopes = (
        {
            "nav_index": "1:4:0",
            "item_id": f"{number}00",
            "timestamp_collected": 1697110676723,
            "source_platform": platform,
            "source_platform_url": PAGE,
            "source_url": f"{PAGE}&api",
            "user_agent": "Mozilla/5.0",
            "data": post,
            "id": number,
        }
        for number, post in enumerate(posts)
    )
    return read_json("\n".join(map(json.dumps, envelopes)).encode())


def candidates(name: str) -> Post:
    sizes = [{"url": f"https://c/{name}-{side}.jpg", "width": side} for side in (1080, 320)]
    return {"candidates": sizes}


def photo(name: str, kind: str = "photo") -> Post:
    return {"type": kind, "media_url_https": f"https://p/{name}.jpg", "expanded_url": PAGE}


def tweet(number: str, *media: Post, **more: object) -> Post:
    user = {"legacy": {"screen_name": "ada", "profile_image_url_https": PORTRAIT}}
    return {
        "rest_id": number,
        "core": {"user_results": {"result": user}},
        "legacy": {
            "created_at": "Tue Oct 10",
            "full_text": 'a "text"\nof two lines',
            "favorite_count": 3,
            "entities": {"media": list(media)[:1], "hashtags": [{"text": "x"}, {"text": "y"}]},
            **({"extended_entities": {"media": list(media)}} if media else {}),
        },
        **more,
    }


def test_a_timeline() -> None:
    quoted = {"result": {"tweet": tweet("9", photo("Q"))}}
    table = captured(
        "twitter.com",
        tweet("1"),
        tweet("2", photo("A"), photo("B")),
        tweet("3", photo("V", "video"), quoted_status_result=quoted),
        tweet("2", photo("A"), photo("B")),
    )
    assert f"{table.kind}: {table.contents}" == (
        "Zeeschuimer, twitter.com: 3 posts, 3 pictures in 2 posts (1 post without), of which "
        "1 still of videos; 1 more in a quoted post "
        "(left out: --url-column quoted_image_urls takes these instead)"
    )
    assert table.notes == ("1 post captured again: counted once",)
    assert table.frame.row(1, named=True) == {
        "image_urls": "https://p/A.jpg; https://p/B.jpg",
        "quoted_image_urls": "",
        "id": "2",
        "author": "ada",
        "timestamp": "Tue Oct 10",
        "body": 'a "text"\nof two lines',
        "likes": "3",
        "hashtags": "x; y",
    }
    assert table.column("quoted_image_urls").to_list() == ["", "", "https://p/Q.jpg"]


USER = {"username": "ada", "profile_pic_url": PORTRAIT, "avatar": PORTRAIT}
VECTOR = {
    "rootUrl": "https://media.licdn.example/",
    "artifacts": [
        {"width": 100, "height": 50, "fileIdentifyingUrlPathSegment": "s"},
        {"width": 800, "height": 400, "fileIdentifyingUrlPathSegment": "l"},
    ],
}
POSTS: list[tuple[str, Post, list[str]]] = [
    ("x.com", tweet("1", photo("A")), ["https://p/A.jpg"]),
    (
        "instagram.com",
        {"code": "C", "media_type": 1, "user": USER, "image_versions2": candidates("a")},
        ["https://c/a-1080.jpg"],
    ),
    (
        "instagram.com",
        {
            "code": "C",
            "media_type": 8,
            "user": USER,
            "image_versions2": candidates("cover"),
            "carousel_media": [
                {"media_type": 1, "image_versions2": candidates("a")},
                {"media_type": 2, "image_versions2": candidates("v"), "video_versions": [{}]},
            ],
        },
        ["https://c/a-1080.jpg", "https://c/v-1080.jpg"],
    ),
    (
        "instagram.com",
        {
            "shortcode": "C",
            "__typename": "GraphSidecar",
            "owner": USER,
            "display_url": "https://c/1.jpg",
            "edge_sidecar_to_children": {
                "edges": [
                    {"node": {"__typename": "GraphImage", "display_url": "https://c/1.jpg"}},
                    {"node": {"__typename": "GraphVideo", "display_url": "https://c/v.jpg"}},
                ]
            },
        },
        ["https://c/1.jpg"],
    ),
    (
        "instagram.com",
        {
            "code": "C",
            "__typename": "XIGPolarisVideoMedia",
            "user": USER,
            "display_uri": "https://c/v",
        },
        ["https://c/v"],
    ),
    (
        "threads.net",
        {
            "code": "C",
            "user": USER,
            "text_post_app_info": {"link_preview_attachment": {"image_url": "https://no/"}},
            "carousel_media": None,
            "video_versions": None,
            "image_versions2": candidates("a"),
        },
        ["https://c/a-1080.jpg"],
    ),
    (
        "tiktok.com",
        {
            "id": "1",
            "desc": "d",
            "createTime": 1,
            "stats": {},
            "author": {"uniqueId": "ada", "avatarThumb": PORTRAIT},
            "music": {"coverLarge": "https://no/music.jpg"},
            "video": {"cover": "https://t/cover~tplv", "dynamicCover": "https://t/dynamic"},
        },
        ["https://t/cover~tplv"],
    ),
    (
        "tiktok.com",
        {
            "id": "1",
            "video": {"cover": "https://t/cover"},
            "imagePost": {"images": [{"imageURL": {"urlList": ["https://t/1", "https://u/1"]}}]},
        },
        ["https://t/1"],
    ),
    (
        "douyin.com",
        {
            "aweme_id": "1",
            "author": {"nickname": "ada", "avatar_thumb": {"url_list": [PORTRAIT]}},
            "images": [{"url_list": ["https://d/1", "https://e/1"]}, {"url_list": ["https://d/2"]}],
            "video": {"cover": {"url_list": ["https://d/c"]}},
        },
        ["https://d/1", "https://d/2"],
    ),
    (
        "douyin.com",
        {"aweme_id": "1", "images": None, "video": {"cover": {"url_list": ["https://d/c"]}}},
        ["https://d/c"],
    ),
    (
        "9gag.com",
        {
            "id": "a",
            "url": "https://9gag.example/gag/a",
            "type": "Photo",
            "creator": {"username": "ada", "avatarUrl": PORTRAIT},
            "images": {
                "image460": {"width": 460, "height": 300, "url": "https://g/460.jpg"},
                "image700": {"width": 700, "height": 500, "url": "https://g/700.jpg"},
                "image460sv": {
                    "width": 900,
                    "height": 900,
                    "hasAudio": 0,
                    "url": "https://g/v.mp4",
                },
            },
        },
        ["https://g/700.jpg"],
    ),
    (
        "imgur.com",
        {
            "id": "a",
            "url": PAGE,
            "cover": {"type": "image", "url": "https://i.imgur.example/a.jpg"},
        },
        ["https://i.imgur.example/a.jpg"],
    ),
    (
        "linkedin.com",
        {
            "actor": {"name": {"text": "Ada"}, "image": {"attributes": [{"vectorImage": VECTOR}]}},
            "content": {"images": [{"attributes": [{"vectorImage": VECTOR}]}]},
        },
        ["https://media.licdn.example/l"],
    ),
    (
        "gab.com",
        {
            "i": "1",
            "author_info": {"un": "ada", "av": PORTRAIT},
            "image_info": [
                {"t": "image", "u": "https://g/1.jpg"},
                {"t": "video", "smp4": "https://g/v"},
            ],
        },
        ["https://g/1.jpg"],
    ),
    (
        "truthsocial.com",
        {
            "id": "1",
            "account": {**USER, "header": PORTRAIT},
            "card": {"image": "https://no/card.jpg"},
            "media_attachments": [
                {"type": "image", "url": "https://m/1.jpg", "preview_url": "https://m/1s.jpg"},
                {"type": "video", "url": "https://m/v.mp4", "preview_url": "https://m/v.jpg"},
            ],
        },
        ["https://m/1.jpg", "https://m/v.jpg"],
    ),
    (
        "pinterest.com",
        {
            "entityId": "1",
            "pinner": {"username": "ada", "image_medium_url": PORTRAIT},
            "images": {"236x": {"url": "https://p/s"}, "orig": {"url": "https://p/o"}},
        },
        ["https://p/o"],
    ),
    (
        "xiaohongshu.com",
        {
            "id": "1",
            "model_type": "note",
            "note_card": {
                "type": "normal",
                "user": {"nickname": "ada", "avatar": PORTRAIT},
                "cover": {"url_default": "https://x/cover"},
                "image_list": [
                    {
                        "info_list": [
                            {"image_scene": "WB_PRV", "url": "https://x/small"},
                            {"image_scene": "WB_DFT", "url": "https://x/1"},
                        ]
                    }
                ],
            },
        },
        ["https://x/1"],
    ),
    (
        "xiaohongshu.com",
        {
            "id": "1",
            "_zs-origin": "html",
            "author_avatar_url": PORTRAIT,
            "thumbnail_url": "https://x/t",
        },
        ["https://x/t"],
    ),
    (
        "unheard-of.example",
        {
            "id": "1",
            "text": "t",
            "link": "https://no/page.jpg",
            "user": {"picture": PORTRAIT},
            "profile_banner_url": "https://no/banner.jpg",
            "media": [{"versions": candidates("a")}, {"image": {"url": "https://c/b", "width": 5}}],
            "video": {"play": "https://no/v.mp4"},
        },
        ["https://c/a-1080.jpg", "https://c/b"],
    ),
]


@pytest.mark.parametrize(("platform", "post", "urls"), POSTS)
def test_the_pictures_of_each_platform(platform: str, post: Post, urls: list[str]) -> None:
    table = captured(platform, post)
    assert table.kind == f"Zeeschuimer, {platform}"
    assert table.frame["image_urls"].to_list()[0].split("; ")[: len(urls)] == urls
    assert PORTRAIT not in table.frame["image_urls"][0]
    assert PAGE not in table.frame["image_urls"][0]
    assert "no/" not in table.frame["image_urls"][0]
    assert ("searched for" in "".join(table.notes)) is (platform == "unheard-of.example")
    exported = {**post, "__import_meta": {"source_platform": platform, "item_id": "x"}}
    again = read_json(json.dumps(exported).encode())
    assert again.kind == f"4CAT, {platform}"
    assert again.frame["image_urls"].equals(table.frame["image_urls"])


def test_comments_have_no_pictures() -> None:
    with pytest.raises(InputError, match=r"^Zeeschuimer, tiktok-comments: 1 comment, none with"):
        captured(
            "tiktok-comments", {"cid": "1", "user": {"avatar_thumb": {"url_list": [PORTRAIT]}}}
        )


def test_the_host_stands_in_for_a_platform_that_is_not_said() -> None:
    item = {"source_platform_url": "https://www.instagram.com/explore/", "data": POSTS[1][1]}
    table = read_json(json.dumps(item).encode())
    assert (table.kind, table.frame["image_urls"][0]) == (
        "Zeeschuimer, instagram.com",
        "https://c/a-1080.jpg",
    )


def test_of_two_captures_the_one_with_pictures_stays() -> None:
    table = captured("x.com", tweet("1"), tweet("2", photo("B")), tweet("1", photo("A")))
    assert table.frame["image_urls"].to_list() == ["https://p/A.jpg", "https://p/B.jpg"]
    assert table.contents == "2 posts, 2 pictures in 2 posts"


def test_only_quoted_pictures_are_taken() -> None:
    quoted = {"result": tweet("9", photo("Q"))}
    table = captured("twitter.com", tweet("1", quoted_status_result=quoted))
    assert table.frame["image_urls"].to_list() == ["https://p/Q.jpg"]
    assert table.contents.endswith("1 more in a quoted post (taken, since there are no others)")


def test_lines_that_are_no_posts_are_counted() -> None:
    item = {"source_platform": "x.com", "data": tweet("1", photo("A"))}
    table = read_json((json.dumps(item) + '\n{"a": 1}\n{"cut').encode())
    assert [note[:60] for note in table.notes] == [
        "left out, because they are no captured posts: 1 row",
        "left out, because they are not sound JSON: 1 row, line 3 (cu",
    ]


def test_an_answer_of_the_api_of_x() -> None:
    posts = [
        {
            "id": "1",
            "text": "t",
            "author_id": "9",
            "edit_history_tweet_ids": ["1"],
            "attachments": {"media_keys": ["3_1", "7_2", "3_gone"]},
            "referenced_tweets": [{"type": "quoted", "id": "5"}],
        }
    ]
    answer = {
        "data": posts,
        "includes": {
            "media": [
                {"media_key": "3_1", "type": "photo", "url": "https://p/1.jpg"},
                {"media_key": "7_2", "type": "video", "preview_image_url": "https://p/v.jpg"},
                {"media_key": "3_5", "type": "photo", "url": "https://p/q.jpg"},
            ],
            "users": [{"id": "9", "username": "ada", "profile_image_url": PORTRAIT}],
            "tweets": [{"id": "5", "attachments": {"media_keys": ["3_5"]}}],
        },
    }
    table = read_json(json.dumps(answer).encode())
    single = read_json(json.dumps({**answer, "data": posts[0]}).encode())
    assert single.frame.equals(table.frame)
    assert table.kind == "X API v2"
    assert table.frame.select("image_urls", "quoted_image_urls", "author").row(0) == (
        "https://p/1.jpg; https://p/v.jpg",
        "https://p/q.jpg",
        "ada",
    )


@pytest.mark.parametrize(
    ("post", "kind", "urls"),
    [
        (
            {
                "blog_name": "b",
                "post_url": PAGE,
                "layout": [],
                "content": [
                    {"type": "image", "media": [{"url": "https://t/1"}, {"url": "https://t/1s"}]}
                ],
            },
            "Tumblr",
            "https://t/1",
        ),
        (
            {
                "owner_id": 1,
                "from_id": 1,
                "date": 1,
                "post_source": {},
                "attachments": [
                    {
                        "type": "photo",
                        "photo": {
                            "sizes": [
                                {"width": 75, "url": "https://v/s"},
                                {"width": 900, "url": "https://v/l"},
                            ]
                        },
                    }
                ],
            },
            "VK",
            "https://v/l",
        ),
        (
            {
                "uri": "at://1",
                "cid": "c",
                "author": {"handle": "a", "avatar": PORTRAIT},
                "record": {"text": "t"},
                "embed": {"images": [{"fullsize": "https://b/f", "thumb": "https://b/t"}]},
            },
            "Bluesky",
            "https://b/f",
        ),
        (
            {
                "id_str": "1",
                "text": "t",
                "user": {"profile_image_url": PORTRAIT},
                "entities": {},
                "extended_entities": {"media": [photo("A"), photo("B")]},
            },
            "X API v1.1",
            "https://p/A.jpg; https://p/B.jpg",
        ),
        (
            {"tweet": {"id_str": "1", "full_text": "t", "entities": {"media": [photo("A")]}}},
            "archive of X",
            "https://p/A.jpg",
        ),
        (
            {"request": {"url": "https://h/1"}, "response": {"content": {"mimeType": "image/png"}}},
            "HAR",
            "https://h/1",
        ),
    ],
)
def test_posts_without_an_envelope(post: Post, kind: str, urls: str) -> None:
    table = read_json(json.dumps([post]).encode())
    assert (table.kind, table.frame["image_urls"].to_list()) == (kind, [urls])
