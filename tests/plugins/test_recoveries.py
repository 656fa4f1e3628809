"""The recoveries ``twitter``, ``wayback`` and ``page``."""

from __future__ import annotations

import pytest

from tagatlas.contracts import NoOptions, RecoverySpec
from tagatlas.testing import RecoveryContract
from tagatlas_recoveries.page_picture import PagePicture
from tagatlas_recoveries.page_picture import tagatlas_recoveries as page_picture
from tagatlas_recoveries.twitter import TwitterSizes
from tagatlas_recoveries.twitter import tagatlas_recoveries as twitter
from tagatlas_recoveries.wayback import WaybackCopy, WaybackOptions
from tagatlas_recoveries.wayback import tagatlas_recoveries as wayback

MEDIA = "https://pbs.twimg.com/media"


class TestTwitter(RecoveryContract):
    @pytest.fixture
    def spec(self) -> RecoverySpec:
        [spec] = twitter()
        return spec

    @pytest.fixture
    def url(self) -> str:
        return f"{MEDIA}/EaBcDeF.jpg"


class TestWayback(RecoveryContract):
    @pytest.fixture
    def spec(self) -> RecoverySpec:
        [spec] = wayback()
        return spec

    @pytest.fixture
    def url(self) -> str:
        return "http://example.org/a.jpg?x=1"


class TestPagePicture(RecoveryContract):
    @pytest.fixture
    def spec(self) -> RecoverySpec:
        [spec] = page_picture()
        return spec

    @pytest.fixture
    def url(self) -> str:
        return "https://site.example/@a/status/1"

    @pytest.fixture
    def page(self) -> str:
        return '<meta property="og:image" content="https://cdn.example/1.jpg">'


def named(page: str, url: str = "https://site.example/posts/1") -> list[str]:
    return list(PagePicture(NoOptions()).copies_in_page(url, page))


@pytest.mark.parametrize(
    "head",
    [
        '<meta property="og:image" content="https://cdn.example/1.jpg?a=1&amp;b=2">',
        "<META content='https://cdn.example/1.jpg?a=1&b=2' PROPERTY='OG:Image'/>",
        '<meta name="twitter:image" content="https://cdn.example/1.jpg?a=1&amp;b=2">',
        '<meta itemprop="image" content=" //cdn.example/1.jpg?a=1&amp;b=2 ">',
        '<link rel="image_src" href="https://cdn.example/1.jpg?a=1&amp;b=2">',
        '<base href="https://cdn.example/"><meta property=og:image content="1.jpg?a=1&amp;b=2">',
    ],
)
def test_a_page_names_its_picture(head: str) -> None:
    assert named(f"<!doctype html><html><head>{head}</head><body>") == [
        "https://cdn.example/1.jpg?a=1&b=2"
    ]


def test_what_a_page_shows_to_others_comes_before_what_it_shows_itself() -> None:
    head = '<link rel="image_src" href="/c.jpg"><meta name="twitter:image" content="b.jpg">'
    assert named(f'{head}<meta property="og:image:url" content="/a.jpg">') == [
        "https://site.example/a.jpg",
        "https://site.example/posts/b.jpg",
        "https://site.example/c.jpg",
    ]


@pytest.mark.parametrize(
    "page",
    [
        *("", "<", "plain text", "<meta property=og:image>", "<![x[", "<!DOCTYPE"),
        '<meta property="og:image" content="data:image/png;base64,A">',
        '<meta property="og:image" content="file:///etc/passwd">',
        '<meta property="og:image" content="http://[bad/1.jpg">',
        '<meta property="og:image" content="https://site.example/posts/1">',
        '<body><!-- <meta property="og:image" content="/a.jpg"> -->',
    ],
)
def test_pages_that_name_no_picture(page: str) -> None:
    assert named(page) == []


def copies(url: str) -> list[str]:
    return list(TwitterSizes(NoOptions()).copies(url))


@pytest.mark.parametrize(
    "url",
    [
        f"{MEDIA}/EaBcDeF.jpg",
        f"{MEDIA}/EaBcDeF.jpg:large",
        f"{MEDIA}/EaBcDeF?format=jpg&name=900x900",
        f"{MEDIA}/EaBcDeF.jpeg:thumb",
    ],
)
def test_the_original_of_a_picture_comes_first(url: str) -> None:
    found = copies(url)
    assert found[0] == f"{MEDIA}/EaBcDeF?format=jpg&name=orig"
    assert found[1] == f"{MEDIA}/EaBcDeF?format=jpg&name=large"


def test_a_png_stays_a_png() -> None:
    assert copies(f"{MEDIA}/EaB.png")[0] == f"{MEDIA}/EaB?format=png&name=orig"


def test_what_was_asked_is_not_named_again() -> None:
    url = f"{MEDIA}/EaB?format=png&name=orig"
    assert url not in copies(url)


@pytest.mark.parametrize(
    ("url", "original"),
    [
        (
            "http://pbs.twimg.com/profile_images/12/face_normal.jpg",
            "http://pbs.twimg.com/profile_images/12/face.jpg",
        ),
        (
            "https://pbs.twimg.com/profile_images/1697484692/image_normal",
            "https://pbs.twimg.com/profile_images/1697484692/image",
        ),
        (
            "https://pbs.twimg.com/profile_images/1/a_400x400.png?x=1",
            "https://pbs.twimg.com/profile_images/1/a.png",
        ),
    ],
)
def test_the_original_of_an_avatar_comes_first(url: str, original: str) -> None:
    assert copies(url)[0] == original


@pytest.mark.parametrize(
    "url",
    ["https://example.org/media/EaB.jpg", "https://pbs.twimg.com/other/x.jpg", "nonsense", ""],
)
def test_other_addresses_have_no_other_sizes(url: str) -> None:
    assert copies(url) == []


def test_the_archive_and_the_date_are_the_callers() -> None:
    options = WaybackOptions(archive="https://archive.test/web/", archived_near="20160401")
    assert WaybackCopy(options).copies("http://a.org/b.jpg") == [
        "https://archive.test/web/20160401id_/http://a.org/b.jpg"
    ]


def test_the_archives_own_addresses_are_not_looked_up_in_it() -> None:
    url = "https://web.archive.org/web/2000id_/http://a.org/b.jpg"
    assert WaybackCopy(WaybackOptions()).copies(url) == []
