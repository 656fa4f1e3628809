"""Pictures that stand for others which are gone: which are counted as missing, which named."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
from aiohttp import web

from tagatlas.atlas import Atlas, open_atlas
from tagatlas.contracts import ImageStatus, Records
from tagatlas.plugins import load_plugins
from tagatlas.steps.fetch import FetchReport, fetch_collection
from tagatlas.steps.trust import trust
from tagatlas_fetching import FetchOptions
from tagatlas_fetching.placeholders import Placeholder, find_placeholders

if TYPE_CHECKING:
    from tests.conftest import ImageServer, MakePicture

LOCAL = FetchOptions(allow_private=True, host_rate=0, recover=(), pause=0.01)


def found_in(fates: pl.DataFrame) -> list[Placeholder]:
    """The placeholders of a table that is read in parts."""
    found = find_placeholders(lambda: [fates])
    assert found == find_placeholders(lambda: [fates[:0], *fates.iter_slices(2)])
    return found


def fates(*pairs: tuple[str, str], image: str = "a", placeholder: str = "") -> pl.DataFrame:
    """What became of addresses, all of which led to one picture."""
    return pl.DataFrame(
        {
            "location": [location for location, _ in pairs],
            "final_url": [final for _, final in pairs],
            "image": image,
            "frequency": 2,
            "local": False,
            "way": "",
            "status": "ok",
            "placeholder": placeholder,
        }
    )


def leading(count: int, source: str, target: str) -> pl.DataFrame:
    return fates(*((source.format(number), target) for number in range(count)))


def certainty(found: Sequence[Placeholder]) -> str:
    return ", ".join("certain" if each.is_certain else "perhaps" for each in found)


@pytest.mark.parametrize(
    ("count", "source", "target"),
    [
        (3, "https://i.host.test/{}abc.jpg", "https://i.host.test/removed.png"),
        (40, "http://i.host.test/a{}.jpg", "https://host.test/removed.png?from=there#x"),
        (3, "https://host.test/x/{}.jpg", "https://static.host.test/img/photo_unavailable_l.gif"),
        (3, "https://host.co.uk/image.php?id={}", "https://cdn.host.co.uk/noImage.jpg"),
        (3, "https://host.test/{}", "https://host.test/404/image.png"),
        (3, "https://host.test/{}.jpg", "https://host.test/this-image-has-been-deleted.png"),
        (3, "https://host.test/{}.jpg", "https://host.test/imageNotFound"),
        (3, "http://127.0.0.1:8080/{}.jpg", "http://127.0.0.1:8080/placeholder.jpg"),
        (10, "https://host.test/avatars/{}.jpg", "https://host.test/avatars/default.png"),
        (10, "https://t.test/{}", "https://host.test/removed.png"),
        (3, "https://host.test/{}.jpg", "https://host.test/gfx/keinBild.gif"),
        (3, "https://host.test/{}.jpg", "https://host.test/img/platzhalter.webp"),
        (3, "https://host.test/{}.jpg", "https://host.test/sin-imagen.png"),
        (3, "https://host.test/{}.jpg", "https://host.test/photo-non-disponible.png"),
        (3, "https://host.test/{}.jpg", "https://host.test/immagine-non-disponibile.png"),
        (3, "https://host.test/{}.jpg", "https://host.test/images/brak-zdjecia.jpg"),
        (3, "https://host.test/{}.jpg", "https://host.test/resimyok.gif"),
        (3, "https://host.test/{}.jpg", "https://host.test/ran/img/default/now_printing.jpg"),
        (3, "https://host.test/{}.jpg", "https://host.test/images/zanwu.png"),
    ],
)
def test_a_placeholder_that_says_so(count: int, source: str, target: str) -> None:
    [found] = found_in(leading(count, source, target))
    assert found.is_certain
    assert len(found.locations) == count
    assert found.frequency == 2 * count
    assert found.image == "a"


@pytest.mark.parametrize(
    ("count", "source", "target"),
    [
        (5, "https://host.test/{}.jpg", "https://host.test/media/spring.jpg"),
        (9, "https://host.test/avatars/{}.jpg", "https://host.test/avatars/default.png"),
        (50, "https://host.test/{}.jpg", "https://host.test/gone-with-the-wind.jpg"),
        (12, "https://t.test/{}", "https://host.test/media/spring.jpg"),
    ],
)
def test_what_may_be_a_placeholder(count: int, source: str, target: str) -> None:
    [found] = found_in(leading(count, source, target))
    assert not found.is_certain


@pytest.mark.parametrize(
    ("count", "source", "target"),
    [
        (2, "https://host.test/{}.jpg", "https://host.test/removed.png"),
        (9, "https://t.test/{}", "https://host.test/media/removed.jpg"),
        (50, "https://host.test/a.jpg?size={}", "https://host.test/media/removed.jpg"),
        (50, "https://host.test/size/{}/a.jpg", "https://host.test/a.jpg"),
        (50, "https://host.test/id5a7b9/{}.jpg", "https://host.test/media/id5a7b9/default.jpg"),
        (50, "http://www.host.test/{0}.jpg", "https://host.test/{0}.jpg"),
    ],
)
def test_what_is_none(count: int, source: str, target: str) -> None:
    pairs = [(source.format(n), target.format(n)) for n in range(count)]
    assert found_in(fates(*pairs)) == []


def test_the_same_bytes_at_very_many_addresses_are_pointed_out() -> None:
    def direct(count: int) -> pl.DataFrame:
        urls = [f"https://host.test/{number}.jpg" for number in range(count)]
        return fates(*((url, url) for url in urls))

    [found] = found_in(direct(20))
    assert (found.is_certain, found.leads_to, found.host) == (False, "", "host.test")
    assert found_in(direct(19)) == []


def test_what_was_found_before_counts_on() -> None:
    before = fates(("https://host.test/1.jpg", "https://host.test/removed.png"))
    before = before.with_columns(
        image=pl.lit(None, pl.String), status=pl.lit("missing"), placeholder=pl.lit("certain")
    )
    [found] = found_in(
        pl.concat(
            [before, leading(2, "https://host.test/a{}.jpg", "https://host.test/removed.png")]
        )
    )
    assert (found.is_certain, len(found.locations)) == (True, 3)


@pytest.fixture
def atlas(tmp_path: Path) -> Iterator[Atlas]:
    with open_atlas(tmp_path / "x.atlas", load_plugins(), create=True) as opened:
        yield opened


def fetched(atlas: Atlas, urls: Sequence[str]) -> FetchReport:
    table = pl.DataFrame({"location": urls, "frequency": [1] * len(urls)})
    atlas.catalog.records.add("list", "table", Records(table, "URLs"))
    return fetch_collection(atlas, LOCAL)


@pytest.mark.slow
def test_placeholders_are_no_images_however_the_addresses_come(
    atlas: Atlas, image_server: ImageServer, picture: MakePicture
) -> None:
    async def removed(_: web.Request) -> web.StreamResponse:
        raise web.HTTPFound("/removed.png")

    async def elsewhere(_: web.Request) -> web.StreamResponse:
        raise web.HTTPFound("/3.jpg")

    image_server.serve("/removed.png", picture("PNG", seed=99))
    dead = [image_server.behave(f"/dead{number}.jpg", removed) for number in range(6)]
    moved = [image_server.behave(f"/moved{number}.jpg", elsewhere) for number in range(3)]
    sound = [image_server.serve(f"/{number}.jpg", picture(seed=number)) for number in range(4)]
    random.Random(0).shuffle(dead)  # noqa: S311 - no secret

    first = fetched(atlas, [*sound, *moved, *dead[:2]])
    assert (first.images, first.counts["missing"]) == (5, 0)
    second = fetched(atlas, [*sound, *moved, *dead[:4]])
    assert (second.tried, second.images) == (2, 4)
    assert second.counts["missing"] == 4
    third = fetched(atlas, [*sound, *moved, *dead])
    assert (third.images, third.counts["missing"], third.counts["ok"]) == (4, 6, 7)
    assert certainty(third.placeholders) == "certain, perhaps"
    assert atlas.catalog.placeholders.counts() == {"certain": 6, "perhaps": 3}

    addresses = pl.read_csv(atlas.folder / "fetched" / "addresses.csv")
    missing = addresses.filter(pl.col("status") == str(ImageStatus.MISSING))
    assert set(missing["reason"]) == {"leads to a placeholder: /removed.png"}
    table = pl.read_csv(atlas.folder / "fetched" / "placeholders.csv")
    assert table["counted_as"].to_list() == ["missing", "ok"]
    assert table["addresses"].to_list() == [6, 3]
    assert fetch_collection(atlas, LOCAL).tried == 0


@pytest.mark.slow
def test_copies_of_what_was_there_are_looked_for_once(
    atlas: Atlas, image_server: ImageServer, picture: MakePicture
) -> None:
    async def removed(_: web.Request) -> web.StreamResponse:
        raise web.HTTPFound("/removed.png")

    image_server.serve("/removed.png", picture("PNG", seed=99))
    dead = [image_server.behave(f"/dead{number}.jpg", removed) for number in range(4)]
    archive = image_server.url("/web")
    for number in (0, 3):
        image_server.serve(f"/web/2000id_/{dead[number]}", picture(seed=number))
    atlas.settings.update("plugin.wayback", {"archive": archive})
    trust(atlas)
    options = replace(LOCAL, recover=("wayback",))

    def fetched_with_copies(urls: Sequence[str]) -> FetchReport:
        table = pl.DataFrame({"location": urls, "frequency": [1] * len(urls)})
        atlas.catalog.records.add("list", "table", Records(table, "URLs"))
        return fetch_collection(atlas, options)

    first = fetched_with_copies(dead[:3])
    assert (first.images, first.counts["ok"], first.counts["missing"]) == (1, 1, 2)
    assert first.ways == {"wayback": 1}
    asked = [image_server.requests[f"/web/2000id_/{url}"] for url in dead]
    assert asked == [1, 1, 1, 0]
    second = fetched_with_copies(dead)
    assert (second.images, second.counts["ok"], second.counts["missing"]) == (2, 2, 2)
    assert [image_server.requests[f"/web/2000id_/{url}"] for url in dead] == [1, 1, 1, 1]
    assert image_server.requests["/dead0.jpg"] == 1
    assert certainty(second.placeholders) == "certain"
    assert atlas.catalog.placeholders.counts() == {"certain": 4}
    assert fetch_collection(atlas, options).counts["ok"] == 2
