from __future__ import annotations

import dataclasses
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from annotated import annotated
from PIL import Image
from programs import FindProgram
from pypdf import PageObject, PdfReader
from pypdf.generic import ContentStream, DictionaryObject, NullObject, StreamObject
from themed_map import THEMES, themed_map

from tagatlas.contracts import Map, RendererSpec, Variant, loaded
from tagatlas.contracts.annotation import Arrow, Caption, Note, Outline
from tagatlas.testing import ODD_LABELS, MemoryStore, RendererContract, sample_map
from tagatlas_posters.engine import VectorOptions
from tagatlas_posters.engine.composition import compose
from tagatlas_posters.engine.text import clean
from tagatlas_posters.pdf import tagatlas_renderers
from tagatlas_posters.poster import tagatlas_renderers as png_renderers

LAYERS = [
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


def render(map_: Map, folder: Path, options: VectorOptions) -> PdfReader:
    (spec,) = tagatlas_renderers()
    (path,) = loaded(spec.factory)(options).render(map_, folder)
    assert path.name == "map.pdf"
    return PdfReader(BytesIO(path.read_bytes()), strict=True)


def page(pdf: PdfReader) -> PageObject:
    (only,) = pdf.pages
    return only


def layers_of(pdf: PdfReader) -> list[str]:
    """Names of the layers, in the order they are painted."""
    root = pdf.trailer["/Root"]
    assert isinstance(root, DictionaryObject)
    layers = root["/OCProperties"]
    assert isinstance(layers, DictionaryObject)
    groups = layers["/OCGs"]
    assert isinstance(groups, list)
    return [str(group.get_object()["/Name"]) for group in groups]


def operations(pdf: PdfReader, layer: str) -> list[tuple[list[float], str]]:
    """What is painted on a layer: operands and operators."""
    streams = page(pdf)["/Contents"]
    assert isinstance(streams, list)
    content = ContentStream(streams[layers_of(pdf).index(layer)].get_object(), pdf)
    return [(list(operands), operator.decode()) for operands, operator in content.operations]


def pictures(pdf: PdfReader) -> list[tuple[tuple[int, int], bytes]]:
    """Size and file of each picture, in the order they are painted."""
    resources = page(pdf)["/Resources"]
    assert isinstance(resources, DictionaryObject)
    objects = resources["/XObject"]
    assert isinstance(objects, DictionaryObject)
    painted = [
        operands[0] for operands, operator in operations(pdf, "Pictures") if operator == "Do"
    ]
    found = []
    for name in painted:
        picture = objects[str(name)]
        assert isinstance(picture, StreamObject)
        assert str(picture["/Filter"]) == "/DCTDecode"
        size = (int(str(picture["/Width"])), int(str(picture["/Height"])))
        found.append((size, picture._data))
    return found


def words(text: str) -> str:
    return "".join(text.split())


def test_layers_can_be_switched_off_one_by_one(tmp_path: Path) -> None:
    pdf = render(themed_map(40), tmp_path, VectorOptions(width=900))
    assert layers_of(pdf) == LAYERS
    for layer in LAYERS:
        (mark,) = [operands for operands, do in operations(pdf, layer) if do == "BDC"]
        assert [str(operand) for operand in mark] == ["/OC", f"/{layer}"]


def test_pictures_lie_where_they_lie_on_the_png(tmp_path: Path) -> None:
    map_, options = themed_map(40), VectorOptions(width=1200)
    pdf, poster = render(map_, tmp_path, options), compose(map_, options)
    places = [
        operands
        for layer in ("Pictures", "Legend")
        for operands, do in operations(pdf, layer)[3:]
        if do == "cm"
    ]
    boxes = [(x, y + height, x + width, y) for width, _, _, height, x, y in places]
    assert boxes == [tuple(row) for row in poster.boxes.tolist()]
    assert len(pictures(pdf)) == 40


def test_the_page_is_the_poster_at_96_pixels_an_inch(tmp_path: Path) -> None:
    map_, options = themed_map(20), VectorOptions(width=1200)
    pdf, canvas = render(map_, tmp_path, options), compose(map_, options).canvas
    assert page(pdf).mediabox.width == 900
    assert float(page(pdf).mediabox.height) == pytest.approx(canvas.height * 0.75)
    turn = next(operands for operands, do in operations(pdf, "Names") if do == "cm")
    assert [float(part) for part in turn] == pytest.approx(
        [0.75, 0, 0, -0.75, 0, canvas.height * 0.75]
    )


def test_no_side_is_longer_than_readers_show(tmp_path: Path) -> None:
    pdf = render(sample_map(3), tmp_path, VectorOptions(width=24_000, detail=0.25))
    assert 14_399 < max(page(pdf).mediabox[2:]) <= 14_400


@pytest.mark.parametrize("detail", [0.5, 2.0])
def test_pictures_are_whole_files_no_larger_than_asked(tmp_path: Path, detail: float) -> None:
    pdf = render(themed_map(20), tmp_path, VectorOptions(width=700, detail=detail))
    sizes = [operands for operands, do in operations(pdf, "Pictures") if do == "cm"][1:]
    for (size, data), (width, _, _, height, *_) in zip(pictures(pdf), sizes, strict=True):
        with Image.open(BytesIO(data)) as picture:
            picture.load()
        assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", size)
        assert detail * width - 1 <= picture.width <= detail * width + 1
        assert picture.height <= detail * abs(height) + 1


def test_names_are_text_at_the_places_of_the_png(tmp_path: Path) -> None:
    map_, options = themed_map(60), VectorOptions(width=1600, show_tags=True)
    pdf, poster = render(map_, tmp_path, options), compose(map_, options)
    places = [operands for operands, do in operations(pdf, "Names") if do == "Tm"]
    sizes = [operands[1] for operands, do in operations(pdf, "Names") if do == "Tf"]
    lines = [
        (line, left, top, poster.typesetter.measure(block))
        for block, left, top in poster.names
        for line in block.lines
    ]
    assert sizes == [line.size for line, *_ in lines]
    for (stretch, _, _, _, x, y), (line, left, top, (width, height)) in zip(
        places, lines, strict=True
    ):
        length = poster.typesetter.length(line.text, line.size, bold=line.bold)
        assert float(x) + length / 2 == pytest.approx(left + width / 2, abs=0.02)
        assert top < y < top + height
        assert 0.9 < stretch < 1.1


def test_every_text_is_found_once(tmp_path: Path) -> None:
    pdf = render(themed_map(60), tmp_path, VectorOptions(width=1600, title="A title", legend=False))
    text = page(pdf).extract_text()
    for once in ("A title", "60 images in 9 clusters", *(name for name, _, _ in THEMES)):
        assert words(text).count(words(once)) == 1, once
    assert pdf.metadata is not None
    assert pdf.metadata.title == "A title"


@pytest.mark.slow
def test_outlines_are_closed_curves_in_the_clusters_colours(tmp_path: Path) -> None:
    map_, options = themed_map(60), VectorOptions(width=1600)
    pdf, poster = render(map_, tmp_path, options), compose(map_, options)
    done = [do for _, do in operations(pdf, "Outlines")]
    assert done.count("h") == done.count("B") == len(poster.rings)
    assert done.count("c") == sum(len(ring.points) for ring in poster.rings)
    colours = [operands for operands, do in operations(pdf, "Outlines") if do == "rg"]
    expected = [ring.colour for ring in poster.rings]
    assert np.allclose(np.array(colours, dtype=float) * 255, expected, atol=0.02)


@pytest.mark.slow
@pytest.mark.parametrize("row", range(len(ODD_LABELS)))
def test_a_label_from_outside_is_text_and_nothing_else(tmp_path: Path, row: int) -> None:
    label = ODD_LABELS[row]
    map_ = dataclasses.replace(themed_map(20, names=(label,)), collection=label)
    pdf = render(map_, tmp_path, VectorOptions(width=2000))
    assert pdf.metadata is not None
    assert (pdf.metadata.title or "") == clean(label)
    text = words(page(pdf).extract_text())
    is_left_to_right = not any("\u0590" <= char <= "\u08ff" for char in label)
    for block, _, _ in compose(map_, VectorOptions(width=2000)).names:
        for line in block.lines if is_left_to_right else ():
            assert words(line.text) in text
    for number in range(1, len(pdf.xref[0])):
        found = pdf.get_object(number)
        if isinstance(found, DictionaryObject):
            assert not {"/JS", "/AA", "/OpenAction", "/URI", "/Launch"}.intersection(found)


def test_letters_that_the_font_lacks_are_text_all_the_same(tmp_path: Path) -> None:
    pdf = render(sample_map(4), tmp_path, VectorOptions(width=900, title="漢字 🦜 ok"))
    assert "漢字🦜ok" in words(page(pdf).extract_text())


@pytest.mark.slow
def test_annotations_are_a_layer_between_names_and_legend(tmp_path: Path) -> None:
    map_ = annotated(
        themed_map(40),
        Outline(((-2, -2), (6, -2), (6, 5)), "#b3261e", "outlined"),
        Arrow((0, 0), (8, 3), "#00639b", "pointed at"),
        Caption((0, 0), "one line\nand another", 0.8, "#1b5e20"),
        Note((3, 3), "a remark", "#b3261e"),
    )
    options = VectorOptions(width=1200)
    pdf, poster = render(map_, tmp_path, options), compose(map_, options)
    where = LAYERS.index("Legend")
    assert layers_of(pdf) == [*LAYERS[:where], "Annotations", *LAYERS[where:]]
    painted = operations(pdf, "Annotations")
    (mark,) = [operands for operands, do in painted if do == "BDC"]
    assert [str(operand) for operand in mark] == ["/OC", "/Annotations"]
    done = [do for _, do in painted]
    texts = [line for each in poster.drawings for block, _, _ in each.texts for line in block.lines]
    assert done.count("TJ") == len(texts) == 5
    # An outline, an arrow's line, and the edges of four lines of text; a head and a disc.
    assert done.count("S") == 2 + 4
    assert done.count("f") == 2
    corners = np.array([operands for operands, do in painted if do in ("m", "l")][:3])
    outline = poster.canvas.pixels(np.array([(-2, -2), (6, -2), (6, 5)], dtype=float))
    assert np.allclose(corners.astype(float), outline, atol=0.01)
    said = page(pdf).extract_text()
    for text in ("outlined", "pointed at", "one line", "and another", "a remark"):
        assert words(said).count(words(text)) == 1


def test_pictures_that_cannot_be_read_are_plain(tmp_path: Path) -> None:
    map_ = dataclasses.replace(sample_map(4), store=MemoryStore())
    map_.store.put(map_.images["id"][0], Variant.THUMBNAIL, b"no picture")
    found = pictures(render(map_, tmp_path, VectorOptions(width=600)))
    assert [size for size, _ in found] == [(1, 1)] * 4


def test_what_is_switched_off_is_not_there(tmp_path: Path) -> None:
    options = VectorOptions(
        width=600,
        opacity=0.0,
        outlines=False,
        annotations=False,
        names=False,
        legend=False,
        title="",
    )
    pdf = render(sample_map(4), tmp_path, options)
    for layer in ("Density", "Outlines", "Pictures", "Halos", "Tags", "Names", "Legend"):
        assert not {"Do", "B", "S", "TJ"}.intersection(do for _, do in operations(pdf, layer))
    assert pdf.metadata is not None
    assert pdf.metadata.title is None


def test_no_object_is_missing(tmp_path: Path) -> None:
    pdf = render(sample_map(4), tmp_path, VectorOptions(width=600, show_tags=True))
    for number in range(1, len(pdf.xref[0])):
        assert not isinstance(pdf.get_object(number), NullObject)


def test_without_its_packages_it_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['pydyf'] = None\n"
        "from tagatlas.plugins import RENDERERS, load_plugins\n"
        "load_plugins().choose(RENDERERS, 'pdf', {}).make()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.strip().endswith("pdf needs: pip install 'tagatlas[pdf]'")


@pytest.mark.slow
@pytest.mark.parametrize("background", ["light", "dark"])
def test_the_page_looks_like_the_png(
    find_program: FindProgram, tmp_path: Path, background: str
) -> None:
    pdftoppm = find_program(["pdftoppm"], ["poppler-utils"])
    options = VectorOptions(
        width=1200,
        show_tags=True,
        opacity=0.8,
        background="dark" if background == "dark" else "light",
    )
    map_ = themed_map(60)
    nodes = map_.nodes.with_columns(shown=map_.nodes["frequency"] != 3)
    map_ = dataclasses.replace(map_, nodes=nodes)
    render(map_, tmp_path, options)
    (png,) = png_renderers()
    loaded(png.factory)(options).render(map_, tmp_path)
    command = [pdftoppm, "-r", "96", "-singlefile", "-png", "map.pdf", "page"]
    subprocess.run(command, cwd=tmp_path, check=True)
    with Image.open(tmp_path / "map.png") as drawn, Image.open(tmp_path / "page.png") as printed:
        assert drawn.size == printed.size
        away = np.abs(np.asarray(drawn).astype(int) - np.asarray(printed.convert("RGB")))
    # Edges are smoothed differently by different programs; areas are not.
    assert (away.max(axis=2) > 60).mean() < 0.02
    assert away.mean() < 3


class TestPdf(RendererContract):
    @pytest.fixture
    def spec(self) -> RendererSpec:
        (spec,) = tagatlas_renderers()
        return spec

    @pytest.fixture
    def options(self, spec: RendererSpec) -> object:
        return VectorOptions(width=900, show_tags=True)
