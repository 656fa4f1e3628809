"""Writes ``map.html``: one file, without scripts and without requests to servers.

Its Content Security Policy allows only the poster beside it and embedded data. All outside text
is escaped.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from tagatlas import Renderer
from tagatlas.toolkit import cluster_colours, page_head, thumbnail_address, write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import polars as pl

    from tagatlas import ImageStore, Map, NoOptions
    from tagatlas.toolkit import Colour

OWN = "tagatlas"
"""The distribution of built-in plugins, which is not named beside them."""

_NAME = "map.html"
_VIEWER = "viewer/index.html"
_PICTURES = 6
_CLUSTERS_WITH_PICTURES = 60
_TAGS_SHOWN = 8
_THUMBNAIL_HEIGHT = 120
_THUMBNAIL_WIDTH = 3 * _THUMBNAIL_HEIGHT
_STYLE = Path(__file__).with_name("page.css")


@dataclass(frozen=True)
class _Sizes:
    images: int
    records: int
    frequency: int
    share: float
    stability: float | None


class PageRenderer(Renderer):
    """Writes a page that shows the poster, the first PNG among the files, and the clusters."""

    def __init__(self, options: NoOptions) -> None:
        """There are no options."""

    def render(self, map_: Map, folder: Path) -> Sequence[Path]:
        """Write ``map.html``.

        It links to the map's other files in ``folder``: render it last.
        """
        path = folder / _NAME
        with write_atomically(path) as file:
            for part in _page(map_, folder):
                file.write(part.encode())
        return [path]


def _page(map_: Map, folder: Path) -> Iterator[str]:
    title = escape(map_.collection, quote=True)
    yield page_head(map_.collection, _STYLE.read_text("utf-8"), "'self' file: data:")
    yield _header(map_, title)
    yield _viewer(folder)
    yield _poster(map_, title)
    yield f'<main>\n<h2 id="clusters">Clusters</h2>\n{_how_found(map_)}<ol class="clusters">\n'
    labels = dict(map_.images.select("id", "label").iter_rows())
    columns = map_.clusters.select(
        "cluster",
        "name",
        "tags",
        "typical",
        "images",
        "records",
        "frequency",
        "share",
        "stability",
    )
    colours = cluster_colours(map_.clusters)
    for number, name, tags, typical, *sizes in columns.iter_rows():
        shown = typical[:_PICTURES] if number < _CLUSTERS_WITH_PICTURES else []
        pictures = "".join(_picture(map_.store, image, labels[image]) for image in shown)
        parts = _parts(map_.subclusters.filter(map_.subclusters["cluster"] == number))
        yield _cluster(number, colours[number], name, tags, _Sizes(*sizes), parts, pictures)
    yield "</ol>\n</main>\n"
    yield _footer(map_, folder)
    yield "</body>\n</html>\n"


def _header(map_: Map, title: str) -> str:
    images = map_.images.height
    missing = map_.provenance.left_out_text
    left_out = f" {_text(missing)}." if missing else ""
    part = f"Part of the collection: {_text(map_.part)}. " if map_.part else ""
    return (
        f"<header>\n<h1><bdi>{title}</bdi></h1>\n"
        f"<p>{part}{_many(images, 'image')} in {map_.clusters_in_words}, placed by"
        f" {escape(map_.placed_by)}: images that are alike lie close together. Tags are those of"
        f" <b>{_text(map_.provenance.tagger)}</b>.{left_out}</p>\n</header>\n"
    )


def _viewer(folder: Path) -> str:
    """The way to the map as a page to explore: a link if it lies beside this one."""
    if (folder / _VIEWER).is_file():
        return f'<p class="explore"><a href="{_VIEWER}">Explore the map</a></p>\n'
    return (
        '<p class="explore">To explore the map, to search it and to write on it:'
        " <code>tagatlas view</code> and the folder of the atlas.</p>\n"
    )


def _poster(map_: Map, title: str) -> str:
    """The poster in three sizes; nothing if there is none."""
    poster = next((file for file in map_.files if file.path.endswith(".png")), None)
    if poster is None:
        return ""
    missing = f"There is no poster here yet: render the format “{poster.format}” to make one."
    address = escape(quote(poster.path))
    zooms = "".join(
        f'<input type="radio" name="zoom" id="zoom-{step}"{" checked" * (step == 1)}>'
        f'<label for="zoom-{step}">{name}</label>\n'
        for step, name in ((1, "Fit"), (2, "200%"), (4, "400%"))
    )
    return (
        f'<section class="poster" aria-label="Poster of {title}">\n{zooms}'
        f'<a class="full" href="{address}">Open full size</a>\n'
        f'<div class="frame"><a href="{address}"><img src="{address}" alt="{missing}"></a></div>\n'
        "</section>\n"
    )


def _how_found(map_: Map) -> str:
    """The clusterer, and the reliability of the clusters if known."""
    maker, agreement = map_.provenance.clusterer, map_.stability
    said = []
    if maker.name:
        plugin = [] if maker.distribution in ("", OWN) else [maker.distribution, maker.version]
        remarks = [" ".join(plugin), *(each.short for each in maker.description.citations)]
        within = "; ".join(filter(None, remarks))
        said.append(
            f"Clusters were found by the clusterer <b>{_text(maker.name)}</b>"
            f"{f' ({_text(within)})' if within else ''}."
        )
    if agreement is not None:
        said.append(
            f"Several runs agree on them with an adjusted Rand index of {agreement:z.2f}, where 1"
            " is full agreement."
        )
    if maker.description.stability:
        said.append(escape(maker.description.stability))
    return f'<p class="note">{" ".join(said)}</p>\n' if said else ""


def _cluster(
    number: int, rgb: Colour, name: str, tags: list[str], sizes: _Sizes, parts: str, pictures: str
) -> str:
    colour = "#{:02x}{:02x}{:02x}".format(*rgb)
    words = "".join(f"<li>{_text(tag)}</li>" for tag in tags[:_TAGS_SHOWN])
    facts = (
        f"<b>{_many(sizes.images, 'image')}</b>, {sizes.share:.1%} of the map<br>"
        f"{_many(sizes.records, 'record')}, seen {_many(sizes.frequency, 'time')}"
        f"{'' if sizes.stability is None else f'<br>stability {sizes.stability:z.2f}'}"
    )
    return (
        f'<li id="cluster-{number}">\n'
        f'<h3><svg viewBox="0 0 10 10" aria-hidden="true"><circle cx="5" cy="5" r="5"'
        f' fill="{colour}"/></svg>{_text(name)}</h3>\n'
        f'<p class="facts">{facts}</p>\n'
        '<svg class="share" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect width="{100 * sizes.share:.2f}" height="1" fill="{colour}"/></svg>\n'
        f'<ul class="tags" aria-label="Distinctive tags">{words}</ul>\n{parts}'
        f'<div class="pictures">{pictures}</div>\n</li>\n'
    )


def _parts(subclusters: pl.DataFrame) -> str:
    """The sub-clusters of a cluster; nothing if there are none."""
    items = "".join(
        f"<li>{_text(name)} <span>{_many(images, 'image')}</span></li>\n"
        for name, images in subclusters.select("name", "images").iter_rows()
    )
    return f'<ul class="parts" aria-label="Divides into">\n{items}</ul>\n' if items else ""


def _picture(store: ImageStore, image_id: str, label: str) -> str:
    """An image as part of the page; nothing if it cannot be read."""
    address = thumbnail_address(store, image_id, (_THUMBNAIL_WIDTH, _THUMBNAIL_HEIGHT))
    text = escape(label, quote=True)
    return "" if address is None else f'<img src="{address}" alt="{text}" title="{text}">'


def _footer(map_: Map, folder: Path) -> str:
    there = [file for file in map_.files if file.path != _NAME and (folder / file.path).exists()]
    items = "".join(
        f'<li><a href="{escape(quote(file.path))}">{escape(file.path)}</a>'
        f" {escape(file.what)}</li>\n"
        for file in there
    )
    files = f'<h2>Files</h2>\n<ul class="files">\n{items}</ul>\n' if there else ""
    return f"<footer>\n{files}<p>Made with tagatlas.</p>\n</footer>\n"


def _text(text: str) -> str:
    """Text escaped and isolated from the text direction around it."""
    return f"<bdi>{escape(text, quote=True)}</bdi>"


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
