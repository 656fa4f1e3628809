"""The step of fetching: what it keeps, what it writes, and what it notices and mends."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
from aiohttp import web
from PIL import Image

from tagatlas.atlas import Atlas, open_atlas
from tagatlas.contracts import ImageStatus, Records, Variant
from tagatlas.errors import NoImages, OptionError
from tagatlas.plugins import load_plugins
from tagatlas.steps.doctor import check_atlas
from tagatlas.steps.fetch import RETRIED, fetch_collection, require_images
from tagatlas.steps.trust import trust
from tagatlas.steps.verify import repair_images, verify_images
from tagatlas_fetching import FetchOptions
from tagatlas_fetching.hosts import HostPolicy, parse_headers, read_hosts

if TYPE_CHECKING:
    from tests.conftest import ImageServer, MakePicture

LOCAL = FetchOptions(allow_private=True, retries=0, host_rate=0, recover=())


@pytest.fixture
def atlas(tmp_path: Path) -> Iterator[Atlas]:
    with open_atlas(tmp_path / "x.atlas", load_plugins(), create=True) as opened:
        yield opened


def add(atlas: Atlas, *urls: str, frequency: int = 1) -> None:
    table = pl.DataFrame({"location": urls, "frequency": [frequency] * len(urls)})
    atlas.catalog.records.add("list", "table", Records(table, f"{len(urls)} URLs"))


def table(atlas: Atlas, name: str) -> pl.DataFrame:
    return pl.read_csv(atlas.folder / "fetched" / f"{name}.csv")


def smaller(data: bytes) -> bytes:
    """The same picture at another size, in another format."""
    with Image.open(BytesIO(data)) as source:
        copy = source.resize((source.width * 2 // 3, source.height * 2 // 3))
    encoded = BytesIO()
    copy.save(encoded, "PNG")
    return encoded.getvalue()


@pytest.mark.slow
def test_every_address_and_its_fate_is_listed(
    atlas: Atlas, image_server: ImageServer, picture: MakePicture
) -> None:
    data = picture(size=(300, 200))
    first = image_server.serve("/1.jpg", data)
    same = image_server.serve("/2.jpg", data)
    alike = image_server.serve("/3.png", smaller(data))
    other = image_server.serve("/4.gif", picture("GIF", seed=4, size=(200, 200)))
    gone = image_server.url("/gone.jpg").replace("127.0.0.1", "localhost")
    formula = "=cmd|' /C calc'!A0"
    add(atlas, first, same, alike, other, gone, formula, frequency=2)
    report = fetch_collection(atlas, LOCAL)
    assert (report.tried, report.images, report.near) == (6, 3, 1)

    fates = table(atlas, "addresses")
    assert fates["status"].to_list() == ["ok"] * 4 + ["missing", "refused"]
    assert fates["location"][5] == "'" + formula
    assert fates["format"].to_list()[:4] == ["jpeg", "jpeg", "png", "gif"]
    assert fates["http_status"].to_list() == [200, 200, 200, 200, 404, None]
    assert fates["frequency"].to_list() == [2] * 6

    hosts = {row["host"]: row for row in table(atlas, "hosts").iter_rows(named=True)}
    assert hosts["127.0.0.1"]["addresses"] == hosts["127.0.0.1"]["ok"] == 4
    assert hosts["127.0.0.1"]["share_ok"] == 1.0
    assert (hosts["localhost"]["missing"], hosts["localhost"]["share_ok"]) == (1, 0.0)

    statuses = table(atlas, "statuses")
    assert statuses["status"].to_list() == ["ok", "missing", "refused"]
    assert statuses["addresses"].to_list() == [4, 1, 1]
    assert statuses["share"].to_list() == [0.6667, 0.1667, 0.1667]
    assert statuses["frequency"].to_list() == [8, 2, 2]

    copies = table(atlas, "duplicates").rows(named=True)
    assert [row["location"] for row in copies] == [first, same, alike]
    assert [row["kind"] for row in copies] == ["exact", "exact", "same"]
    assert len({row["representative"] for row in copies}) == 1


@pytest.mark.slow
def test_only_what_ended_so_is_tried_again(atlas: Atlas, image_server: ImageServer) -> None:
    blocked = image_server.serve("/blocked", status=403)
    gone = image_server.serve("/gone", status=404)
    add(atlas, blocked, gone)
    fetch_collection(atlas, LOCAL)
    assert fetch_collection(atlas, LOCAL).tried == 0
    assert fetch_collection(atlas, LOCAL, retry=[ImageStatus.BLOCKED]).tried == 1
    assert dict(image_server.requests) == {"/blocked": 2, "/gone": 1}
    assert fetch_collection(atlas, LOCAL, retry=RETRIED).tried == 2


SETTINGS = {
    "allow_private": (FetchOptions(recover=()), LOCAL, "add --allow-private"),
    "max_bytes": (replace(LOCAL, max_bytes=10), LOCAL, "raise --max-bytes"),
    "max_pixels": (replace(LOCAL, max_pixels=10), LOCAL, "raise --max-pixels"),
    "robots": (replace(LOCAL, robots=True), LOCAL, "--no-robots"),
    "headers": (LOCAL, replace(LOCAL, referer="host"), "--referer host"),
    "timeout": (replace(LOCAL, timeout=0.2), LOCAL, "raise --timeout"),
}


@pytest.mark.slow
@pytest.mark.parametrize("setting", SETTINGS)
def test_what_a_setting_refused_is_tried_again_when_it_changes(
    atlas: Atlas, image_server: ImageServer, picture: MakePicture, setting: str
) -> None:
    refusing, allowing, remedy = SETTINGS[setting]

    async def guarded(request: web.Request) -> web.StreamResponse:
        if setting == "headers" and "Referer" not in request.headers:
            return web.Response(status=403)
        if setting == "timeout" and image_server.requests["/1"] == 1:
            await asyncio.sleep(5)
        return web.Response(body=picture())

    image_server.serve("/robots.txt", b"User-agent: *\nDisallow: /")
    add(atlas, image_server.behave("/1", guarded))
    report = fetch_collection(atlas, refusing)
    assert dict(report.settings) == {setting: 1}
    with pytest.raises(NoImages, match=remedy):
        require_images(report)
    assert fetch_collection(atlas, refusing).tried == 0
    again = fetch_collection(atlas, allowing)
    assert (again.tried, again.changed, again.images) == (1, 1, 1)
    assert dict(again.settings) == {}
    require_images(again)
    assert fetch_collection(atlas, refusing).tried == 0


@pytest.mark.slow
def test_headers_that_were_sent_before_are_no_change(
    atlas: Atlas, image_server: ImageServer
) -> None:
    add(atlas, image_server.serve("/1", status=403))
    headers = {"X-Key": "secret"}
    fetch_collection(atlas, LOCAL, headers=headers)
    assert fetch_collection(atlas, LOCAL, headers={"x-key": "another"}).tried == 0
    assert fetch_collection(atlas, LOCAL).tried == 0
    assert fetch_collection(atlas, LOCAL, headers=headers | {"X-More": "1"}).tried == 1
    kept = (atlas.folder / "fetched" / "addresses.csv").read_text()
    assert "x-key" in kept
    assert "secret" not in kept


def test_the_most_frequent_reasons_are_told_where_nothing_could_be_fetched(
    atlas: Atlas, image_server: ImageServer
) -> None:
    gone = [image_server.url(f"/{number}") for number in range(3)]
    add(atlas, *gone, image_server.serve("/blocked", status=401), "nonsense")
    with pytest.raises(NoImages) as caught:
        require_images(fetch_collection(atlas, LOCAL))
    said = str(caught.value)
    assert "3 missing (the server answered 404), 1 blocked (the server answered 401)" in said


@pytest.mark.slow
def test_another_run_begins_with_what_was_not_tried(
    atlas: Atlas, image_server: ImageServer
) -> None:
    urls = [image_server.serve(f"/{number}", status=503) for number in range(200)]
    add(atlas, *urls)
    options = replace(LOCAL, pause=0.001, host_patience=1)
    fetch_collection(atlas, options)
    first = set(image_server.requests)
    assert 0 < len(first) < 40
    image_server.requests.clear()
    fetch_collection(atlas, options, retry=RETRIED)
    assert not first & set(image_server.requests)


def test_the_way_to_a_copy_is_recorded(
    atlas: Atlas, image_server: ImageServer, picture: MakePicture
) -> None:
    archive = image_server.url("/web")
    atlas.settings.update("recovery.wayback", {"archive": archive})
    trust(atlas)
    gone = image_server.serve("/gone.jpg", status=404)
    copy = image_server.serve(f"/web/2000id_/{gone}", picture())
    add(atlas, gone)
    options = FetchOptions(allow_private=True, retries=0, recover=("twitter", "wayback"))
    report = fetch_collection(atlas, options)
    assert report.ways == {"wayback": 1}
    [fate] = table(atlas, "addresses").iter_rows(named=True)
    assert (fate["status"], fate["way"], fate["final_url"]) == ("ok", "wayback", copy)


def test_originals_are_kept_on_demand(
    atlas: Atlas, image_server: ImageServer, picture: MakePicture
) -> None:
    data = picture("PNG")
    add(atlas, image_server.serve("/1.png", data))
    options = FetchOptions(allow_private=True, keep_original=True, resize="50%")
    fetch_collection(atlas, options)
    [image] = atlas.catalog.addresses.images()["id"]
    assert atlas.store.get(image, Variant.ORIGINAL) == data
    with Image.open(BytesIO(atlas.store.get(image, Variant.IMAGE))) as copy:
        assert copy.size == (32, 24)
    assert verify_images(atlas).files == 3


@pytest.mark.slow
def test_a_sound_atlas_is_found_sound(
    atlas: Atlas, image_server: ImageServer, picture: MakePicture
) -> None:
    add(atlas, *(image_server.serve(f"/{number}", picture(seed=number)) for number in range(5)))
    fetch_collection(atlas, LOCAL)
    assert all(finding.ok for finding in check_atlas(atlas))


@pytest.mark.slow
@pytest.mark.parametrize("variant", [Variant.IMAGE, Variant.THUMBNAIL])
@pytest.mark.parametrize("harm", ["gone", "one byte", "cut off", "empty"])
def test_a_damaged_file_is_noticed_and_fetched_again(
    atlas: Atlas, image_server: ImageServer, picture: MakePicture, variant: Variant, harm: str
) -> None:
    add(atlas, *(image_server.serve(f"/{number}", picture(seed=number)) for number in range(5)))
    fetch_collection(atlas, LOCAL)
    image = atlas.catalog.addresses.images()["id"][2]
    path = atlas.folder / str(atlas.store.locate(image, variant))
    whole = path.read_bytes()
    match harm:
        case "gone":
            path.unlink()
        case "one byte":
            path.write_bytes(whole[:-30] + bytes([whole[-30] ^ 1]) + whole[-29:])
        case "cut off":
            path.write_bytes(whole[: len(whole) // 2])
        case _:
            path.write_bytes(b"")
    [finding] = [each for each in check_atlas(atlas) if not each.ok]
    assert "--repair" in finding.text
    assert repair_images(atlas).images == [image]
    assert fetch_collection(atlas, LOCAL).tried == 1
    assert path.read_bytes() == whole
    assert verify_images(atlas).damages == []
    assert image_server.requests.total() == 6


def test_hosts_have_their_own_policies(
    atlas: Atlas, image_server: ImageServer, picture: MakePicture
) -> None:
    atlas.settings.path.write_text(
        '[fetch]\nconcurrency = 4\n[fetch.hosts."127.0.0.1"]\nreferer = "host"\n'
        'headers = { "X-Key" = "special" }\n'
    )
    with open_atlas(atlas.folder, load_plugins(), write=False) as opened:
        tables = opened.settings.tables("fetch.hosts")
        hosts = read_hosts(tables, HostPolicy(headers={"X-All": "everyone"}))
    assert hosts.for_host("example.org").headers == {"X-All": "everyone"}
    assert hosts.for_host("127.0.0.1").headers == {"X-All": "everyone", "X-Key": "special"}


def test_headers_of_the_caller_reach_the_host(
    atlas: Atlas, image_server: ImageServer, picture: MakePicture
) -> None:
    add(atlas, image_server.serve("/1", picture()))
    options = FetchOptions(allow_private=True, referer="host", contact="me@university.test")
    fetch_collection(atlas, options, headers=parse_headers(["X-Key: a, b: c"]))
    sent = image_server.headers["/1"]
    assert sent["X-Key"] == "a, b: c"
    assert sent["Referer"] == image_server.url("/")
    assert "me@university.test" in sent["User-Agent"]


@pytest.mark.parametrize("line", ["no colon", ": no name", "a b: x", "a: x\r\nb: y"])
def test_headers_that_cannot_be_sent_are_refused(line: str) -> None:
    with pytest.raises(OptionError):
        parse_headers([line])


def test_subdomains_share_a_policy_and_the_longest_name_counts() -> None:
    hosts = read_hosts(
        {"example.org": {"connections": 2}, "img.example.org": {"rate": 1.5}}, HostPolicy()
    )
    assert hosts.for_host("www.example.org").connections == 2
    assert hosts.for_host("a.IMG.example.org") == HostPolicy(rate=1.5)
    assert hosts.for_host("notexample.org") == HostPolicy()


@pytest.mark.parametrize(
    "settings", [{"conections": 2}, {"connections": 0}, {"rate": "fast"}, {"headers": {"a b": "x"}}]
)
def test_wrong_policies_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(OptionError, match=r"example\.org|header"):
        read_hosts({"example.org": settings}, HostPolicy())
