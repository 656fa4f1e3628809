"""Addresses in cells, as spreadsheets, programs, pages and people write them."""

from __future__ import annotations

import json

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagatlas_tables.cells import PORTRAIT_NAME, addresses_in
from tagatlas_tables.urls import column_looks, urls_in, why_no_url

ONE = "https://a.example/1.jpg"
TWO = "https://b.example/2.png?x=1&y=2"


@pytest.mark.parametrize(
    "cell",
    [
        f"['{ONE}', '{TWO}']",
        f"['{ONE}' '{TWO}']",
        f"['{ONE}'\n '{TWO}']",
        f"('{ONE}', '{TWO}')",
        json.dumps([ONE, TWO]),
        json.dumps([ONE, TWO]).replace("/", "\\/"),
        json.dumps([ONE, TWO]).replace("&", "\\u0026"),
        json.dumps([{"url": ONE, "width": 3}, {"url": TWO, "alt": "a 'b'"}]),
        json.dumps({"media": [ONE, TWO], "profile_image_url": "https://a.example/me.jpg"}),
        f'c("{ONE}", "{TWO}")',
        f"[{ONE}, {TWO}]",
        f"{{{ONE},{TWO}}}",
        f'"{ONE}" "{TWO}"',
        f"<{ONE}> <{TWO}>",
        f"{ONE}; {TWO}",
        f"{ONE},{TWO}",
        f"{ONE}|{TWO}",
        f"{ONE}\r\n{TWO}\n",
        f"{ONE},\n{TWO},",
        f"{ONE}; {TWO.removeprefix('https:')}",
        f"two pictures: {ONE} and ({TWO}).",
        f"![one]({ONE}) and ![two]({TWO} 'title')",
        f"[![one]({ONE})](https://a.example/page) ![]({TWO})",
        f'<a href="https://a.example/page"><img src="{ONE}"></a><IMG SRC=\'{TWO}\'>',
        f'<img alt="a &quot;b&quot;" src="{ONE}"/><img data-src="{TWO.replace("&", "&amp;")}">',
        f"&lt;img src=&quot;{ONE}&quot;&gt;&lt;img src=&quot;{TWO}&quot;&gt;",
        f'<img srcset="{ONE[:-5]}0.jpg 640w, {ONE} 1280w"> <img src="{TWO}">',
        f"{ONE} {TWO.replace('&', '&amp;amp;')}",
        "https%3A%2F%2Fa.example%2F1.jpg,https%3A%2F%2Fb.example%2F2.png%3Fx%3D1%26y%3D2",
    ],
)
def test_two_addresses_in_every_wrapping(cell: str) -> None:
    assert addresses_in(cell) == [ONE, TWO]


@pytest.mark.parametrize(
    "cell",
    [
        f'=IMAGE("{ONE}")',
        f'=IMAGE("{ONE[:-3]}" & "{ONE[-3:]}")',
        f'=BILD("{ONE}"; 1)',
        f'=HYPERLINK("{ONE}","a text, with (marks)")',
        f'=LIEN_HYPERTEXTE("{ONE}";"{ONE}")',
        f'=HYPERLINK("https://a.example/page"; IMAGE("{ONE}"))',
        f"'{ONE}'",
        f"\ufeff {ONE}\u200b",
        f"{ONE}.",
        f"{ONE} (broken)",
        f"[{ONE} a wiki's link]",
        f'<a href="{ONE}">here</a>',
        f"{ONE[:-5]}0.jpg 1x, {ONE} 2x",
        ONE.replace("https", "HTTPS"),
        ONE.replace("https:", ""),
        ONE.replace("/", "\\/"),
    ],
)
def test_one_address_in_every_wrapping(cell: str) -> None:
    assert addresses_in(cell) == [ONE]


@pytest.mark.parametrize(
    "url",
    [
        "https://res.cloudinary.com/a/image/upload/w_200,h_300,c_fill/v1/a.jpg",
        "https://res.cloudinary.com/a/image/fetch/w_2,h_3/https://b.example/1.jpg",
        "https://images-wixmp.com/f/a/v1/fill/w_900,h_500,q_75,strp/name.png?token=a.b,c",
        "https://iiif.example/2/x/full/!600,600/0/default.jpg",
        "https://iiif.example/2/a;b/pct:1,2,3,4/600,/!0/default.jpg",
        "https://archive.example/web/2016id_/http://a.example/1.jpg",
        "https://a.example/wiki/File:A_(b).jpg",
        "https://a.example/?u=https://b.example/1.jpg&copy=1",
        "https://a.example/my photos/1 2.jpg",
        "https://a.example/a%20b c%C3%A9é🐈.jpg",
        "https://a.example/it's.jpg",
        "https://a.example/x|y;z,.jpg",
        "https://[::1]/a.jpg",
    ],
)
def test_an_address_stays_whole(url: str) -> None:
    assert addresses_in(url) == [url]
    assert addresses_in(f"{url} ; {ONE}") == [url, ONE]
    assert addresses_in(json.dumps([url, ONE])) == [url, ONE]
    assert addresses_in(repr([url, ONE])) == [url, ONE]


@pytest.mark.parametrize(
    "cell",
    [
        *("", " ", "x", "https://", "https:///a", "ftp://a.example/1.jpg", "file:///etc/passwd"),
        '=IMAGE("https://a.example/"&A2&".jpg")',
        *("data:image/png;base64,//8A", "www.a.example/1.jpg", "a // b", "=IMAGE(A2)", "['//']"),
        "https://a.example/\x00b",
    ],
)
def test_no_address(cell: str) -> None:
    assert addresses_in(cell) == []


@pytest.mark.parametrize(
    "cell",
    [
        *("<img " * 9_000, f"{ONE}(" * 9_000, ",;| " * 9_000 + ONE, f"{ONE}{',;| ' * 9_000}"),
        *("https://a/" + ")" * 50_000, "https://a/1.jpg?" * 9_000 + " x", "'//a" * 9_001 + ONE),
    ],
)
def test_a_hostile_cell_takes_no_long_time(cell: str) -> None:
    assert all(url.startswith("https://") for url in addresses_in(cell))


def test_a_named_separator_is_the_only_one() -> None:
    assert addresses_in(f"{ONE} ## {ONE},{TWO}", "##") == [ONE, f"{ONE},{TWO}"]


_hosts = st.from_regex(r"[a-z]{1,5}\.[a-z]{2}", fullmatch=True)
_paths = st.text(st.sampled_from("ab/,;|_-.~=&%!()*@:é🐈 "), max_size=12)
_urls = st.builds("https://{}/{}x".format, _hosts, _paths).filter(
    lambda url: "//" not in url[8:] and "  " not in url
)


@settings(deadline=None, max_examples=60)
@given(urls=st.lists(_urls, min_size=1, max_size=4))
def test_lists_come_back_as_they_were(urls: list[str]) -> None:
    assert addresses_in(json.dumps(urls)) == urls
    assert addresses_in(json.dumps(urls, ensure_ascii=False)) == urls
    assert addresses_in(repr(urls)) == urls
    assert addresses_in("\n".join(urls)) == urls


@settings(deadline=None, max_examples=150)
@given(cell=st.text(st.sampled_from("https://a.b[]{}()<>\"'\\=;,| \n&!img src%3A\0"), max_size=40))
def test_any_cell_gives_usable_addresses_as_a_column_does(cell: str) -> None:
    found = addresses_in(cell)
    assert all(url.startswith(("http://", "https://")) and url.isprintable() for url in found)
    assert urls_in(pl.Series([cell, "", ONE]), None).to_list() == [found, [], [ONE]]


@pytest.mark.parametrize(
    "url",
    [
        *(ONE, "https://x.example/a.JPG:large", "https://pbs.twimg.com/media/Fu1?format=jpg"),
        "https://scontent-ams4-1.cdninstagram.com/v/t51/1_n?stp=dst",
        "https://sun9-1.userapi.com/c1/u1?size=1x1",
        "https://lh3.googleusercontent.com/abc=w800",
        "https://i.ytimg.com/vi/dQw4w9/hqdefault",
        "https://images.unsplash.com/photo-123?w=800",
        "https://commons.wikimedia.org/wiki/Special:FilePath/A%20b.jpg?width=800",
        "https://iiif.example/2/x/full/!600,600/0/default",
        "https://api.europeana.eu/thumbnail/v2/url.json?uri=https%3A%2F%2Fa%2F1.jpg&type=IMAGE",
    ],
)
def test_pictures_by_their_looks(url: str) -> None:
    assert column_looks(pl.Series([url])).pictures == 1


@pytest.mark.parametrize(
    "url",
    [
        *("https://x.com/a/status/1/photo/1", "https://www.instagram.com/p/Cr1_aB-/"),
        *("https://www.tiktok.com/@a/video/7", "https://vm.example/reel/1", "https://t.co/abc"),
        *("https://a.example/", "https://a.example/page.html", "https://www.youtube.com/watch?v=1"),
        *("https://commons.wikimedia.org/wiki/File:A_b.jpg", "https://pic.twitter.com/abc"),
    ],
)
def test_pages_by_their_looks(url: str) -> None:
    looks = column_looks(pl.Series([url]))
    assert (looks.pictures, looks.pages) == (0, 1)


@pytest.mark.parametrize(
    ("name", "is_portrait"),
    [
        *(("author_photo", True), ("user_pic", True), ("profile_image_url", True), ("logo", True)),
        *(("favicon", True), ("site_icon", True), ("siteIcon", True), ("headerImage", True)),
        *(("extra_author_attributes.image_url", True), ("avatar", True), ("banner_url", True)),
        *(("photo", False), ("iconography", False), ("catalogo", False), ("page_image", False)),
    ],
)
def test_portraits_by_their_names(name: str, is_portrait: bool) -> None:
    assert (PORTRAIT_NAME.search(name) is not None) == is_portrait


def test_looks() -> None:
    pages = column_looks(pl.Series(["https://a.example/@a/status/17", "", "https://t.co/x"]))
    assert (pages.urls, pages.pictures, pages.pages) == (1, 0, 1)
    pictures = column_looks(pl.Series([ONE, "https://pbs.twimg.com/media/Fu1?format=jpg", "other"]))
    assert (pictures.urls, pictures.pictures, pictures.pages) == (2 / 3, 1, 0)
    assert column_looks(pl.Series(["A/A00/1_8.jpg", "b c.PNG", "", "x"])).relative == 2 / 3
    assert column_looks(pl.Series(["x"] * 5_000 + [ONE])).urls > 0
    assert column_looks(pl.Series(["[]", "nan", "None", "N/A", f"['{ONE}']"])).urls == 1
    assert column_looks(pl.Series([], dtype=pl.String)).urls == 0


def test_reasons() -> None:
    cells = ["", "[]", "data:image/png;base64,A", "www.a.example/1", "a/1.jpg", "=IMAGE(A1)", "?"]
    assert why_no_url(pl.Series(cells)) == {
        "empty": 2,
        "with the picture itself (data:)": 1,
        "with an address without https://": 1,
        "with an address without a host, or a file name": 1,
        "with a formula without an address": 1,
        "with something else": 1,
    }
