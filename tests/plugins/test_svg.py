from __future__ import annotations

import dataclasses
import xml.etree.ElementTree as ET
from base64 import b64decode
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from annotated import annotated
from PIL import Image
from themed_map import THEMES, themed_map

from tagatlas.contracts import Map, NoOptions, RendererSpec, Variant, loaded
from tagatlas.contracts.annotation import Arrow, Caption, Note, Outline
from tagatlas.errors import OptionError
from tagatlas.testing import ODD_LABELS, MemoryStore, RendererContract, sample_map
from tagatlas_posters.engine.composition import compose
from tagatlas_posters.engine.outlines import curves, smooth
from tagatlas_posters.engine.text import clean
from tagatlas_posters.svg import SvgOptions, tagatlas_renderers
from tagatlas_stores.files import FileStore

SVG = "{http://www.w3.org/2000/svg}"
INKSCAPE = "{http://www.inkscape.org/namespaces/inkscape}"
HREF = "{http://www.w3.org/1999/xlink}href"


def render(map_: Map, folder: Path, options: SvgOptions) -> ET.Element:
    (spec,) = tagatlas_renderers()
    (path,) = loaded(spec.factory)(options).render(map_, folder)
    assert path.name == "map.svg"
    return ET.fromstring(path.read_bytes())  # noqa: S314 - our own file


def layer(svg: ET.Element, name: str) -> ET.Element:
    (found,) = [group for group in svg if group.get(f"{INKSCAPE}label") == name]
    assert found.get(f"{INKSCAPE}groupmode") == "layer"
    return found


def box(element: ET.Element) -> tuple[float, ...]:
    left, top, width, height = (float(element.attrib[key]) for key in ("x", "y", "width", "height"))
    return left, top, left + width, top + height


def data(image: ET.Element) -> bytes:
    kind, _, content = image.attrib[HREF].partition(",")
    assert kind == "data:image/jpeg;base64"
    return b64decode(content, validate=True)


@pytest.mark.slow
def test_layers_lie_in_the_order_they_are_painted(tmp_path: Path) -> None:
    svg = render(themed_map(40), tmp_path, SvgOptions(width=900))
    names = [group.get(f"{INKSCAPE}label") for group in svg.iter(f"{SVG}g")]
    assert names == [
        "Paper",
        "Density",
        "Outlines",
        "Pictures",
        "Halos",
        "Tags",
        "Names",
        "Legend",
        "Title",
    ]


@pytest.mark.slow
def test_pictures_lie_where_they_lie_on_the_png(tmp_path: Path) -> None:
    map_ = themed_map(40)
    svg = render(map_, tmp_path, SvgOptions(width=1200))
    canvas = compose(map_, SvgOptions(width=1200)).canvas
    assert svg.get("viewBox") == f"0 0 {canvas.width} {canvas.height}"
    found = [box(image) for image in layer(svg, "Pictures")]
    assert sorted(found) == sorted(tuple(row) for row in canvas.boxes(map_.images).tolist())
    areas = [(right - left) * (bottom - top) for left, top, right, bottom in found]
    assert areas == sorted(areas, reverse=True)


@pytest.mark.parametrize("detail", [0.5, 2.0, 8.0])
def test_pictures_are_whole_files_no_larger_than_asked(tmp_path: Path, detail: float) -> None:
    map_ = themed_map(20)
    svg = render(map_, tmp_path, SvgOptions(width=700, detail=detail))
    for image in layer(svg, "Pictures"):
        left, top, right, bottom = box(image)
        with Image.open(BytesIO(data(image))) as picture:
            picture.load()
        assert picture.format == "JPEG"
        # Stored thumbnails have a longer side of 256 pixels, images of 512.
        widest = min(detail * (right - left), 512)
        assert 0.9 * min(widest, 140) - 1 <= picture.width <= widest + 1
        assert picture.height <= detail * (bottom - top) + 1


def test_a_small_stored_file_is_embedded_as_it_is(tmp_path: Path) -> None:
    map_ = sample_map(3)
    svg = render(map_, tmp_path, SvgOptions(width=1000, detail=8))
    stored = {map_.store.get(image, Variant.IMAGE) for image in map_.images["id"]}
    assert {data(image) for image in layer(svg, "Pictures")} == stored


@pytest.mark.slow
def test_names_are_text_at_the_places_of_the_png(tmp_path: Path) -> None:
    map_ = themed_map(60)
    options = SvgOptions(width=1600, show_tags=True)
    svg, poster = render(map_, tmp_path, options), compose(map_, options)
    texts = layer(svg, "Names").findall(f"{SVG}text")
    assert [text[0].text for text in texts] == [name for name, _, _ in THEMES]
    for text, (block, left, top) in zip(texts, poster.names, strict=True):
        assert [line.text for line in text] == [line.text for line in block.lines]
        width, height = poster.typesetter.measure(block)
        assert text.get("text-anchor") == "middle"
        assert {float(line.attrib["x"]) for line in text} == {left + width / 2}
        baselines = [float(line.attrib["y"]) for line in text]
        assert top < baselines[0] < baselines[-1] < top + height
    tags = {"".join(text.itertext()) for text in layer(svg, "Tags")}
    assert len(tags) > 10
    assert tags <= set(map_.nodes.filter(kind="tag")["label"])


@pytest.mark.slow
def test_annotations_are_a_layer_of_groups_between_names_and_legend(tmp_path: Path) -> None:
    map_ = annotated(
        themed_map(40),
        Outline(((-2, -2), (6, -2), (6, 5)), "#b3261e", "outlined"),
        Arrow((0, 0), (8, 3), "#00639b", "pointed at"),
        Caption((0, 0), "one line\n<b>and another</b>", 0.8, "#1b5e20"),
        Note((3, 3), "a remark", "#6a1b9a"),
    )
    options = SvgOptions(width=1200)
    svg, poster = render(map_, tmp_path, options), compose(map_, options)
    names = [group.get(f"{INKSCAPE}label") for group in svg if group.tag == f"{SVG}g"]
    assert names[names.index("Names") :] == ["Names", "Annotations", "Legend", "Title"]
    drawn = layer(svg, "Annotations")
    assert drawn.get("id") == "annotations"
    outline, arrow, caption, note = drawn
    assert [group.get("class") for group in drawn] == ["outline", "arrow", "text", "note"]
    ring = outline[0]
    corners = np.array([point.split() for point in ring.attrib["d"][1:-1].split("L")], dtype=float)
    expected = poster.canvas.pixels(np.array([(-2, -2), (6, -2), (6, 5)], dtype=float))
    assert ring.attrib["d"].endswith("Z")
    assert np.allclose(corners, expected, atol=0.01)
    assert (ring.get("fill"), ring.get("stroke")) == ("none", "#b3261e")
    shaft, head = arrow[0], arrow[1]
    assert (shaft.get("stroke"), head.get("fill")) == ("#00639b", "#00639b")
    assert shaft.get("stroke-width") == ring.get("stroke-width")
    assert not shaft.attrib["d"].endswith("Z")
    halo, text = caption
    assert halo.attrib[HREF] == f"#{text.get('id')}"
    assert [line.text for line in text] == ["one line", "<b>and another</b>"]
    assert {line.get("fill") for line in text} == {"#1b5e20"}
    disc, number = note
    assert (disc.tag, disc.get("fill")) == (f"{SVG}circle", "#6a1b9a")
    x, y = poster.canvas.pixels(np.array([3.0, 3.0]))
    place = (float(disc.attrib["cx"]), float(disc.attrib["cy"]))
    assert place == pytest.approx((x, y), abs=0.01)
    assert [(line.text, line.get("fill")) for line in number] == [("1", "#ffffff")]
    legend = layer(svg, "Legend")
    assert [text.text for text in legend.iter(f"{SVG}tspan")][-1] == "a remark"
    assert [disc.get("fill") for disc in legend.iter(f"{SVG}circle")] == ["#6a1b9a"]
    every = [element.get("id") for element in svg.iter() if element.get("id")]
    assert len(every) == len(set(every))


@pytest.mark.slow
def test_each_halo_is_a_clone_of_its_text(tmp_path: Path) -> None:
    svg = render(themed_map(60), tmp_path, SvgOptions(width=1600, show_tags=True))
    texts = [text.get("id") for name in ("Tags", "Names") for text in layer(svg, name)]
    assert [use.attrib[HREF] for use in layer(svg, "Halos")] == [f"#{name}" for name in texts]
    every = [element.get("id") for element in svg.iter() if element.get("id")]
    assert len(every) == len(set(every))


@pytest.mark.slow
def test_outlines_are_closed_curves_close_to_those_of_the_png(tmp_path: Path) -> None:
    map_ = themed_map(60)
    svg = render(map_, tmp_path, SvgOptions(width=1600))
    canvas = compose(map_, SvgOptions(width=1600)).canvas
    rings = [canvas.pixels(ring) for some in map_.outlines.values() for ring in some]
    paths = layer(svg, "Outlines").findall(f"{SVG}path")
    assert len(paths) == len(rings)
    for path, ring in zip(paths, rings, strict=True):
        start, *pieces = path.attrib["d"].removeprefix("M").removesuffix("Z").split("Q")
        assert len(pieces) == len(ring)
        assert start.split() == pieces[-1].split()[2:]
        points = np.array([piece.split() for piece in pieces], dtype=float).reshape(-1, 2, 2)
        assert np.allclose(points[:, 0], ring, atol=0.01)


def test_curves_pass_close_to_the_cut_corners() -> None:
    dice = np.random.default_rng(0)
    angle = np.sort(dice.uniform(0, 2 * np.pi, 12))
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1) * dice.uniform(50, 90, (12, 1))
    pieces = curves(ring)
    assert np.array_equal(pieces[:, 2], np.roll(pieces[:, 0], -1, axis=0))
    part = np.linspace(0, 1, 50)[:, None, None]
    first, control, last = pieces.transpose(1, 0, 2)
    line = (1 - part) ** 2 * first + 2 * part * (1 - part) * control + part**2 * last
    away = np.linalg.norm(smooth(ring, 5)[:, None] - line.reshape(-1, 2), axis=2).min(axis=1)
    assert away.max() < 1.0


@pytest.fixture(scope="module")
def plain_elements(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The elements of a drawing with labels of our own."""
    svg = render(themed_map(20), tmp_path_factory.mktemp("plain"), SvgOptions(width=2000))
    return {element.tag for element in svg.iter()}


@pytest.mark.slow
@pytest.mark.parametrize("row", range(len(ODD_LABELS)))
def test_a_label_from_outside_is_text_and_nothing_else(
    tmp_path: Path, plain_elements: set[str], row: int
) -> None:
    label = ODD_LABELS[row]
    map_ = dataclasses.replace(themed_map(20, names=(label,)), collection=label)
    svg = render(map_, tmp_path, SvgOptions(width=2000))
    text = clean(label).replace("\ufffe", "")
    assert {element.tag for element in svg.iter()} == plain_elements
    assert svg.findtext(f"{SVG}title") == text
    first = layer(svg, "Names")[0]
    *words, _count = (line.text or "" for line in first)
    assert "".join(words).replace(" ", "")[:40].rstrip("…") in text.replace(" ", "")


def test_pictures_that_cannot_be_read_are_plain(tmp_path: Path) -> None:
    map_ = dataclasses.replace(sample_map(4), store=MemoryStore())
    linked = layer(render(map_, tmp_path, SvgOptions(width=600, pictures="linked")), "Pictures")
    map_.store.put(map_.images["id"][0], Variant.THUMBNAIL, b"no picture")
    embedded = layer(render(map_, tmp_path, SvgOptions(width=600)), "Pictures")
    for shown in (linked, embedded):
        assert [element.tag for element in shown] == [f"{SVG}rect"] * 4


@pytest.mark.slow
def test_density_and_legend_are_on_layers_of_their_own(tmp_path: Path) -> None:
    map_ = themed_map(60)
    assert list(layer(render(map_, tmp_path, SvgOptions(width=900)), "Density")) == []
    nodes = map_.nodes.with_columns(shown=map_.nodes["id"].is_in(map_.images["id"][:9].implode()))
    few, options = dataclasses.replace(map_, nodes=nodes), SvgOptions(width=900)
    svg, poster = render(few, tmp_path, options), compose(few, options)
    assert len(layer(svg, "Pictures")) == 9
    (density,) = layer(svg, "Density")
    assert box(density) == (0, 0, poster.canvas.width, poster.canvas.height)
    kind, _, content = density.attrib[HREF].partition(",")
    assert kind == "data:image/png;base64"
    with Image.open(BytesIO(b64decode(content))) as relief:
        assert poster.density is not None
        assert np.array_equal(np.asarray(relief), poster.density)
    pictures = layer(svg, "Legend").findall(f"{SVG}image")
    assert [box(image) for image in pictures] == [placed for _, placed in poster.legend.pictures]
    assert all(data(image).startswith(b"\xff\xd8") for image in pictures)
    rects = layer(svg, "Legend").findall(f"{SVG}rect")
    assert [box(rect) for rect in rects] == [patch.box for patch in poster.legend.patches]
    texts = ["".join(text.itertext()) for text in layer(svg, "Legend").findall(f"{SVG}text")]
    assert texts == [line.text for block, _, _ in poster.legend.texts for line in block.lines]


def test_opacity_is_that_of_each_picture(tmp_path: Path) -> None:
    half = layer(render(sample_map(4), tmp_path, SvgOptions(width=600, opacity=0.5)), "Pictures")
    assert {image.get("opacity") for image in half} == {"0.5"}
    none = layer(render(sample_map(4), tmp_path, SvgOptions(width=600, opacity=0.0)), "Pictures")
    assert list(none) == []


def in_atlas(map_: Map, atlas: Path) -> Map:
    """The map with its pictures in the folder of an atlas."""
    store = FileStore(NoOptions(), atlas)
    for image in map_.images["id"]:
        for variant in Variant:
            store.put(image, variant, map_.store.get(image, variant))
    return dataclasses.replace(map_, store=store)


def test_linked_pictures_are_found_from_inside_the_atlas(tmp_path: Path) -> None:
    atlas = tmp_path / "my #1.atlas"
    folder = atlas / "maps" / "sample"
    folder.mkdir(parents=True)
    map_ = in_atlas(sample_map(6), atlas)
    svg = render(map_, folder, SvgOptions(width=600, pictures="linked"))
    addresses = [image.attrib[HREF] for image in layer(svg, "Pictures")]
    assert len(set(addresses)) == 6
    for address in addresses:
        assert (folder / address).resolve().is_relative_to(atlas.resolve())
        assert (folder / address).is_file()


def test_pictures_are_not_linked_from_outside_the_atlas(tmp_path: Path) -> None:
    map_ = in_atlas(sample_map(6), tmp_path / "my.atlas")
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    with pytest.raises(OptionError, match=r"^pictures are linked from inside the atlas only"):
        render(map_, outside, SvgOptions(width=600, pictures="linked"))
    assert list(outside.iterdir()) == []


class TestSvg(RendererContract):
    @pytest.fixture
    def spec(self) -> RendererSpec:
        (spec,) = tagatlas_renderers()
        return spec

    @pytest.fixture
    def options(self, spec: RendererSpec) -> object:
        return SvgOptions(width=900, show_tags=True)
