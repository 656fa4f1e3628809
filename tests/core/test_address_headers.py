"""Headers that may be keys go to the origin that they are meant for, and to no other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
from aiohttp import web
from yarl import URL

from tagatlas import Records, Recovery, RecoverySpec
from tagatlas.atlas import Atlas, open_atlas
from tagatlas.errors import UsageError
from tagatlas.plugins import RECOVERIES, PluginChoice, load_plugins
from tagatlas.steps.fetch import fetch_collection
from tagatlas_fetching import FetchOptions
from tagatlas_fetching.hosts import HostPolicy, Hosts, read_hosts

if TYPE_CHECKING:
    from tests.conftest import ImageServer, MakePicture

LOCAL = FetchOptions(allow_private=True, retries=0, host_rate=0, recover=(), robots=True)
KEYS = {"X-Api-Key": "k1", "Private-Token": "k2", "Authorization": "k3", "X-Anything": "k4"}
HARMLESS = {"Accept-Language": "de", "ACCEPT": "image/png"}


@pytest.fixture
def atlas(tmp_path: Path) -> Iterator[Atlas]:
    with open_atlas(tmp_path / "x.atlas", load_plugins(), create=True) as opened:
        yield opened


def add(atlas: Atlas, *urls: str, source: str = "list") -> None:
    table = pl.DataFrame({"location": urls, "frequency": [1] * len(urls)})
    atlas.catalog.records.add(source, "table", Records(table, f"{len(urls)} URLs"))


def elsewhere(server: ImageServer, path: str) -> str:
    """The same server under the name of another host."""
    return server.url(path).replace("127.0.0.1", "localhost")


def sent(server: ImageServer, path: str) -> set[str]:
    """The values of the keys that came with the last request to a path."""
    return set(server.headers[path].values()) & set(KEYS.values())


class Copies(Recovery):
    """Says that the copy of anything is on another host, and keeps what it was asked."""

    def __init__(self, server: ImageServer) -> None:
        self.server = server
        self.asked: list[str] = []

    def copies(self, url: str) -> Sequence[str]:
        self.asked.append(url)
        return [elsewhere(self.server, "/copy")]


def chosen(recovery: Recovery) -> PluginChoice[Recovery]:
    spec = RecoverySpec(name="copies", summary="Copies.", factory=lambda _: recovery)
    return PluginChoice(RECOVERIES, spec, spec.options())


def test_a_redirect_to_another_origin_gets_harmless_headers_only(
    atlas: Atlas, image_server: ImageServer, picture: MakePicture
) -> None:
    image_server.serve("/target", picture())
    target = elsewhere(image_server, "/target")
    options = replace(LOCAL, referer="http://alice:S3cret@site.test/page")
    add(atlas, image_server.serve("/first", status=302, headers={"Location": target}))
    fetch_collection(atlas, options, headers=KEYS | HARMLESS)
    assert sent(image_server, "/first") == set(KEYS.values())
    assert sent(image_server, "/target") == set()
    assert image_server.headers["/target"]["Referer"] == "http://site.test/page"
    assert image_server.headers["/target"]["Accept-Language"] == "de"
    assert sent(image_server, "/robots.txt") == set()


def test_a_copy_of_a_recovery_gets_harmless_headers_only_and_no_password(
    atlas: Atlas, image_server: ImageServer, picture: MakePicture
) -> None:
    image_server.serve("/copy", picture())
    add(atlas, image_server.url("/gone").replace("://", "://alice:S3cretPass@"))
    recovery = Copies(image_server)
    report = fetch_collection(atlas, LOCAL, headers=KEYS, recoveries=[chosen(recovery)])
    assert report.images == 1
    assert sent(image_server, "/gone") == set(KEYS.values()) - {"k3"}  # that is the password's
    assert sent(image_server, "/copy") == set()
    assert set(recovery.asked) == {image_server.url("/gone")}


def test_the_copy_of_a_placeholder_gets_harmless_headers_only(
    atlas: Atlas, image_server: ImageServer, picture: MakePicture
) -> None:
    image_server.serve("/removed.png", picture(seed=1))
    image_server.serve("/copy", picture(seed=2))
    to_it = {"Location": image_server.url("/removed.png")}
    names = [f"/{name}.jpg" for name in ("anna1", "berta2", "clara3", "doris4", "emil5", "fritz6")]
    add(atlas, *(image_server.serve(each, status=302, headers=to_it) for each in names))
    recovery = Copies(image_server)
    report = fetch_collection(atlas, LOCAL, headers=KEYS, recoveries=[chosen(recovery)])
    assert report.ways == {"copies": len(names)}
    assert sent(image_server, "/copy") == set()


def test_images_of_a_document_get_the_keys_on_the_host_of_the_document_alone(
    atlas: Atlas, image_server: ImageServer, picture: MakePicture
) -> None:
    here = image_server.serve("/here", picture())
    image_server.serve("/there", picture(seed=3))
    add(atlas, here, elsewhere(image_server, "/there"), source=image_server.url("/manifest"))
    fetch_collection(atlas, LOCAL, headers=KEYS)
    assert sent(image_server, "/here") == set(KEYS.values())
    assert sent(image_server, "/there") == set()


def test_the_common_keys_do_not_follow_to_a_host_with_settings_of_its_own(
    image_server: ImageServer,
) -> None:
    common = HostPolicy(headers=KEYS)
    hosts = read_hosts({"b.test": {"connections": 2, "headers": {"X-Own": "k9"}}}, common)
    start, target = URL("https://a.test/1"), URL("https://b.test/2")
    assert hosts.for_request(start, start.origin()).headers == KEYS
    assert hosts.for_request(target, start.origin()).headers == {"X-Own": "k9"}
    assert hosts.for_request(target, target.origin()).headers == KEYS | {"X-Own": "k9"}


@pytest.mark.parametrize(
    ("url", "is_sent"),
    [
        ("https://a.test/", True),
        ("http://a.test/", False),
        ("http://192.168.1.5/", False),
        ("http://127.0.0.9:8080/", True),
        ("http://[::1]/", True),
        ("http://localhost/", True),
        ("http://localhost.evil.test/", False),
    ],
)
def test_keys_are_sent_encrypted_or_to_this_machine(url: str, is_sent: bool) -> None:
    hosts = Hosts(HostPolicy(headers=KEYS | HARMLESS))
    found = hosts.for_request(URL(url), URL(url).origin()).headers
    assert found == (KEYS | HARMLESS if is_sent else HARMLESS)


def test_a_line_says_which_addresses_got_no_key(atlas: Atlas, image_server: ImageServer) -> None:
    async def absent(_: web.Request) -> web.StreamResponse:
        return web.Response(status=404)

    add(atlas, image_server.behave("/1", absent), "http://10.255.255.1:1/2", "http://256.1.1.1/3")
    options = FetchOptions(retries=0, recover=())
    report = fetch_collection(atlas, options, headers=KEYS | HARMLESS)
    [note] = report.notes
    assert note == (
        "X-Api-Key, Private-Token, Authorization, X-Anything went with no request to 2 addresses "
        "of http://, where others can read it: use https:// addresses"
    )
    assert fetch_collection(atlas, options, headers=HARMLESS).notes == []


def test_a_key_goes_to_one_host_that_the_user_names(
    atlas: Atlas, image_server: ImageServer, picture: MakePicture
) -> None:
    here = image_server.serve("/here", picture())
    image_server.serve("/there", picture(seed=3))
    add(atlas, here, elsewhere(image_server, "/there"))
    with pytest.raises(UsageError, match=r"X-Api-Key, .* are of 2 places .*: say with --header-h"):
        fetch_collection(atlas, LOCAL, headers=KEYS)
    with pytest.raises(UsageError, match="no address is of"):
        fetch_collection(atlas, replace(LOCAL, header_host="c.test"), headers=KEYS)
    assert not image_server.headers
    named = replace(LOCAL, header_host=f"127.0.0.1:{image_server.url('/').split(':')[2][:-1]}")
    fetch_collection(atlas, named, headers=KEYS | HARMLESS)
    assert sent(image_server, "/here") == set(KEYS.values())
    assert sent(image_server, "/there") == set()
    assert image_server.headers["/there"]["Accept-Language"] == "de"


def test_what_is_left_of_one_host_by_chance_does_not_get_the_key(
    atlas: Atlas, image_server: ImageServer, picture: MakePicture
) -> None:
    image_server.serve("/there", picture(seed=3))
    add(atlas, image_server.serve("/here", picture()))
    fetch_collection(atlas, LOCAL, headers=KEYS)
    add(atlas, elsewhere(image_server, "/there"), source="another")
    with pytest.raises(UsageError, match="2 places"):
        fetch_collection(atlas, LOCAL, headers=KEYS)
