"""The source ``iiif``: manifests, collections and image descriptions of both versions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagatlas.contracts import SourceSpec
from tagatlas.errors import InputError
from tagatlas.plugins import load_plugins
from tagatlas.steps.add import source_for
from tagatlas.testing import SourceContract
from tagatlas_sources.iiif import IiifOptions, is_iiif, tagatlas_sources
from tagatlas_sources.iiif.image import image_url
from tagatlas_sources.iiif.presentation import (
    ALTERNATIVE,
    Other,
    Painted,
    identity,
    members,
    paintings,
)
from tagatlas_sources.iiif.source import IiifSource

if TYPE_CHECKING:
    from tests.conftest import ImageServer

LOCAL = IiifOptions(manifest_private=True)

SERVICE_2 = {
    "@context": "http://iiif.io/api/image/2/context.json",
    "@id": "https://images.example.org/iiif/a%2Fb/",
    "profile": "http://iiif.io/api/image/2/level2.json",
}
MANIFEST_2 = {
    "@context": "http://iiif.io/api/presentation/2/context.json",
    "@type": "sc:Manifest",
    "@id": "https://example.org/manifest",
    "label": [{"@value": "Ein Buch", "@language": "de"}, {"@value": "A book"}],
    "sequences": [
        {
            "canvases": [
                {
                    "@id": "https://example.org/canvas/1",
                    "label": "f. 1r",
                    "images": [
                        {
                            "resource": {
                                "@id": "https://example.org/1.jpg",
                                "width": 4000,
                                "height": 3000,
                                "service": SERVICE_2,
                            }
                        }
                    ],
                },
                {
                    "@id": "https://example.org/canvas/2",
                    "label": "f. 1v",
                    "images": [{"resource": {"@id": "https://example.org/2.jpg"}}],
                },
            ]
        }
    ],
}
MANIFEST_3 = {
    "@context": "http://iiif.io/api/presentation/3/context.json",
    "type": "Manifest",
    "id": "https://example.org/manifest3",
    "label": {"en": ["A book"]},
    "items": [
        {
            "type": "Canvas",
            "id": f"https://example.org/canvas/{page}",
            "label": {"none": [f"p. {page}"]},
            "items": [
                {
                    "type": "AnnotationPage",
                    "items": [
                        {
                            "type": "Annotation",
                            "body": {
                                "type": "Image",
                                "id": f"https://example.org/{page}/full.jpg",
                                "service": [
                                    {
                                        "id": f"https://images.example.org/{page}",
                                        "type": "ImageService3",
                                        "profile": "level1",
                                    }
                                ],
                            },
                        }
                    ],
                }
            ],
        }
        for page in (1, 2)
    ],
}


def serve(server: ImageServer, path: str, document: object) -> str:
    return server.serve(path, json.dumps(document).encode(), content_type="application/json")


class TestIiif(SourceContract):
    @pytest.fixture
    def spec(self) -> SourceSpec:
        [spec] = tagatlas_sources()
        return spec

    @pytest.fixture
    def options(self) -> IiifOptions:
        return LOCAL

    @pytest.fixture
    def location(self, image_server: ImageServer) -> str:
        return serve(image_server, "/iiif/manifest.json", MANIFEST_2)


def test_a_manifest_of_version_2(image_server: ImageServer) -> None:
    records = IiifSource(LOCAL).read(serve(image_server, "/manifest.json", MANIFEST_2))
    assert records.recognised == "1 IIIF manifest: 2 images"
    assert records.table.rows() == [
        (
            "https://images.example.org/iiif/a%2Fb/full/!1024,1024/0/default.jpg",
            1,
            "Ein Buch",
            "f. 1r",
            "https://example.org/manifest",
            "https://example.org/canvas/1",
        ),
        (
            "https://example.org/2.jpg",
            1,
            "Ein Buch",
            "f. 1v",
            "https://example.org/manifest",
            "https://example.org/canvas/2",
        ),
    ]


def test_a_manifest_of_version_3(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps(MANIFEST_3))
    records = IiifSource(IiifOptions(image_side=512)).read(str(path))
    assert records.table["location"].to_list() == [
        "https://images.example.org/1/full/512,/0/default.jpg",
        "https://images.example.org/2/full/512,/0/default.jpg",
    ]
    assert records.table["page"].to_list() == ["p. 1", "p. 2"]


def test_collections_are_followed_each_manifest_once(image_server: ImageServer) -> None:
    one = serve(image_server, "/1/manifest", MANIFEST_2)
    two = serve(image_server, "/2/manifest", MANIFEST_3)
    inner_url = image_server.url("/inner")
    inner = {
        "type": "Collection",
        "items": [{"type": "Manifest", "id": two}, {"type": "Collection", "id": inner_url}],
    }
    serve(image_server, "/inner", inner)
    outer = {"manifests": [{"@id": one}], "collections": [{"@id": inner_url}], "members": [one]}
    top = serve(image_server, "/collection.json", outer)
    records = IiifSource(LOCAL).read(top)
    assert records.recognised == "2 IIIF manifests: 4 images"
    assert image_server.requests["/2/manifest"] == image_server.requests["/inner"] == 1
    first = IiifSource(IiifOptions(manifest_private=True, manifests=1)).read(top)
    assert first.table.height == 2


INFO_3 = {
    "@context": "http://iiif.io/api/image/3/context.json",
    "id": "https://images.example.org/x",
    "type": "ImageService3",
    "protocol": "http://iiif.io/api/image",
    "profile": "level0",
    "width": 6000,
    "height": 4000,
    "sizes": [
        {"width": 150, "height": 100},
        {"width": 3000, "height": 2000},
        {"width": 1200, "height": 800},
    ],
}


@pytest.mark.parametrize(
    ("changes", "size"),
    [
        ({}, "1200,800"),
        ({"profile": "level2"}, "!1024,1024"),
        ({"profile": "level2", "maxWidth": 600}, "!600,600"),
        ({"sizes": []}, "max"),
        ({"sizes": [{"width": 150, "height": 100}]}, "150,100"),
        ({"width": 800, "height": 600}, "max"),
    ],
)
def test_an_image_is_asked_for_at_a_size_that_there_is(
    image_server: ImageServer, changes: dict[str, object], size: str
) -> None:
    location = serve(image_server, "/x/info.json", INFO_3 | changes)
    records = IiifSource(LOCAL).read(location)
    assert records.recognised == "1 IIIF image: 1 image"
    url = f"https://images.example.org/x/full/{size}/0/default.jpg"
    assert records.table["location"].to_list() == [url]


def test_version_2_at_level_0_has_its_own_words() -> None:
    service: dict[str, object] = {
        "@id": "https://x.org/i",
        "profile": ["http://iiif.io/api/image/2/level0.json", {"formats": ["jpg"]}],
        "sizes": [{"width": 2000, "height": 500}],
    }
    assert image_url(service, "", 1024) == "https://x.org/i/full/2000,/0/default.jpg"
    del service["sizes"]
    assert image_url(service, "", 1024) == "https://x.org/i/full/full/0/default.jpg"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b"null", b'{"items": [{}]}', b"\xff"])
def test_other_documents_are_no_input(image_server: ImageServer, body: bytes) -> None:
    with pytest.raises(InputError):
        IiifSource(LOCAL).read(image_server.serve("/manifest.json", body))


def test_private_addresses_are_not_read(image_server: ImageServer) -> None:
    location = serve(image_server, "/manifest.json", MANIFEST_2)
    with pytest.raises(InputError, match="not a public address"):
        IiifSource(IiifOptions()).read(location)
    assert not image_server.requests


@pytest.mark.parametrize(
    ("location", "accepted"),
    [
        ("https://example.org/book/manifest.json", True),
        ("https://example.org/book/manifest", True),
        ("https://example.org/image/info.json", True),
        ("https://example.org/iiif/2/book", True),
        ("https://example.org/picture.jpg", False),
        ("manifest.json", False),
        ("ftp://example.org/manifest.json", False),
    ],
)
def test_addresses_of_iiif_are_recognised(location: str, accepted: bool) -> None:
    assert is_iiif(location) is accepted


@pytest.mark.parametrize(
    ("service", "shape", "url"),
    [
        ({"profile": "http://iiif.io/api/image/2/level1.json"}, (2000, 1500), "1024,/0/default"),
        ({"profile": "http://iiif.io/api/image/2/level1.json"}, (1500, 2000), ",1024/0/default"),
        ({"profile": "http://iiif.io/api/image/2/level1.json"}, (300, 200), "300,/0/default"),
        ({"profile": "http://iiif.io/api/image/2/level1.json"}, (0, 0), "1024,/0/default"),
        ({"profile": "http://iiif.io/api/image/2/level2.json"}, (300, 200), "!300,300/0/default"),
        ({"profile": ["level1", {"supports": ["sizeByConfinedWh"]}]}, (9, 9), "!9,9/0/default"),
        ({"profile": "level0"}, (2000, 1500), "full/0/default"),
        ({}, (2000, 1500), "1024,/0/default"),
        (
            {"profile": "http://library.stanford.edu/iiif/image-api/1.1/compliance.html#level2"},
            (2000, 1500),
            "!1024,1024/0/native",
        ),
        (
            {"profile": "http://library.stanford.edu/iiif/image-api/compliance.html#level1"},
            (2000, 1500),
            "1024,/0/native",
        ),
        (
            {"@context": "http://library.stanford.edu/iiif/image-api/1.1/context.json"},
            (2000, 1500),
            "1024,/0/native",
        ),
        ({"type": "ImageService3", "profile": "level1"}, (2000, 1500), "1024,/0/default"),
        ({"type": "ImageService1", "profile": "level1"}, (2000, 1500), "1024,/0/native"),
        (
            {"type": "ImageService3", "profile": "level2", "maxArea": 300_000},
            (2000, 1000),
            "!774,774/0/default",
        ),
        ({"profile": "level0", "extraFeatures": ["sizeByW", "sizeByH"]}, (9, 90), ",90/0/default"),
        ({"profile": "level2", "width": "800", "height": 600.0}, (0, 0), "full/0/default"),
    ],
)
def test_each_version_and_level_is_asked_for_what_it_can(
    service: dict[str, object], shape: tuple[int, int], url: str
) -> None:
    service = {"@id": "https://x.org/i", **service}
    assert image_url(service, "", 1024, shape) == f"https://x.org/i/full/{url}.jpg"


IMAGE = {"type": "Image", "id": "https://example.org/i.jpg"}
IMAGE_2 = {"@type": "dctypes:Image", "@id": "https://example.org/i.jpg"}


@pytest.mark.parametrize(
    ("body", "others"),
    [
        (IMAGE, []),
        ({"type": "SpecificResource", "source": IMAGE, "selector": {"rotation": "90"}}, []),
        ({"type": "SpecificResource", "source": "https://example.org/i.jpg"}, []),
        ({"type": "SpecificResource", "source": [IMAGE]}, []),
        ({"@type": "oa:SpecificResource", "@id": "https://example.org/s", "full": IMAGE_2}, []),
        ([{"type": "TextualBody", "value": "hi"}, IMAGE], ["TextualBody"]),
        ([{"type": "Video", "id": "https://example.org/f.mp4"}, IMAGE], ["Video"]),
        ({"type": "Choice", "items": [{"type": "Sound", "id": "https://x.org/s"}, IMAGE]}, []),
        (
            {"@type": "oa:Choice", "default": IMAGE_2, "item": [{"@id": "https://x.org/2"}]},
            [ALTERNATIVE],
        ),
        ({"@type": "oa:Choice", "default": "rdf:nil", "item": [IMAGE_2]}, []),
        ("https://example.org/i.jpg", []),
        ({"id": "https://example.org/i.jpg", "format": "image/jpeg"}, []),
        ({"id": "https://example.org/i.jpg"}, []),
    ],
)
def test_whatever_form_a_body_has_its_image_is_found(body: object, others: list[str]) -> None:
    shown = list(paintings({"items": [{"type": "Canvas", "items": [{"items": [{"body": body}]}]}]}))
    images = [each.resource for each in shown if isinstance(each, Painted)]
    assert images == ["https://example.org/i.jpg"]
    assert [each.kind for each in shown if isinstance(each, Other)] == others


def test_what_is_no_image_is_said_and_annotations_elsewhere_are_read(
    image_server: ImageServer,
) -> None:
    page = {"type": "AnnotationPage", "items": [{"motivation": "painting", "body": IMAGE}]}
    manifest = {
        "type": "Manifest",
        "items": [
            {
                "type": "Canvas",
                "label": "p. 1",
                "items": [{"type": "AnnotationPage", "id": serve(image_server, "/page", page)}],
            },
            {"type": "Canvas", "items": [{"id": image_server.url("/gone")}]},
            {"items": [{"items": [{"body": {"type": "Video", "id": "https://example.org/f"}}]}]},
            {"items": [{"items": [{"body": IMAGE, "motivation": "tagging"}]}]},
        ],
    }
    records = IiifSource(LOCAL).read(serve(image_server, "/manifest.json", manifest))
    assert records.table["location"].to_list() == ["https://example.org/i.jpg"]
    assert records.table["page"].to_list() == ["p. 1"]
    unread, others = records.notes
    assert unread.startswith("1 document could not be read and left out, such as: cannot read http")
    assert others == "left out, for they are no images: 1 'Video'"


def test_the_pages_of_a_collection_are_turned_and_one_broken_manifest_costs_itself(
    image_server: ImageServer,
) -> None:
    last = {
        "@type": "sc:Collection",
        "manifests": [
            {"@id": image_server.serve("/broken", b"{")},
            {"@id": serve(image_server, "/two", MANIFEST_3)},
        ],
    }
    first = {
        "@type": "sc:Collection",
        "manifests": [{"@id": serve(image_server, "/one", MANIFEST_2)}],
        "next": serve(image_server, "/p2", last),
    }
    top = {"@type": "sc:Collection", "total": 3, "first": serve(image_server, "/p1", first)}
    records = IiifSource(LOCAL).read(serve(image_server, "/collection.json", top))
    assert records.recognised == "2 IIIF manifests: 4 images"
    [note] = records.notes
    assert note.startswith("1 document could not be read")
    few = IiifSource(IiifOptions(manifest_private=True, manifests=1)).read(
        image_server.url("/collection.json")
    )
    assert few.table.height == 2
    assert "further document" in few.notes[0]


def test_reading_goes_on_after_any_page_without_asking_again(image_server: ImageServer) -> None:
    """A tree of collections of 25 manifests, one of which is in two of them and one is broken."""
    books = [
        serve(image_server, f"/{number}", MANIFEST_2 | {"@id": f"https://example.org/{number}"})
        for number in range(24)
    ]
    books.insert(7, image_server.serve("/broken", b"{"))
    listed = [{"type": "Manifest", "id": book} for book in books]
    inner = {"type": "Collection", "items": [*listed[5:18], listed[0]]}
    middle = [{"type": "Collection", "id": serve(image_server, "/inner", inner)}]
    top = {"type": "Collection", "items": [*listed[:5], *middle, *listed[18:]]}
    location = serve(image_server, "/collection.json", top)
    whole = IiifSource(LOCAL).read(location)
    assert whole.recognised == "24 IIIF manifests: 48 images"
    pages = list(IiifSource(LOCAL).pages(location, None))
    assert [page.done for page in pages] == [10, 20, 24]
    assert {page.total for page in pages} <= set(range(20, 26))
    for place, page in enumerate(pages):
        image_server.requests.clear()
        rest = list(IiifSource(LOCAL).pages(location, page.token))
        assert sum(image_server.requests.values()) == (14, 4, 0)[place]
        assert [each.records.recognised for each in rest] == [
            each.records.recognised for each in pages[place + 1 :]
        ]
        tables = [each.records.table for each in (*pages[: place + 1], *rest)]
        assert pl.concat(tables).equals(whole.table)
        assert [*pages[: place + 1], *rest][-1].records.notes == whole.notes


def test_a_canvas_that_is_listed_twice_counts_once() -> None:
    canvas = {"@id": "https://example.org/c", "images": [{"resource": IMAGE_2}]}
    sequence = {"canvases": [canvas, canvas]}
    assert len(list(paintings({"sequences": [sequence, sequence]}))) == 1


@pytest.mark.parametrize(
    ("document", "source"),
    [
        (MANIFEST_2, "iiif"),
        (MANIFEST_3, "iiif"),
        (INFO_3, "iiif"),
        ({"type": "Manifest", "image": "https://example.org/1.jpg"}, "table"),
        ([{"manifest": "http://iiif.io/api/presentation/3/context.json"}], "table"),
    ],
)
def test_a_file_of_iiif_is_read_as_such_and_other_json_as_a_table(
    tmp_path: Path, document: object, source: str
) -> None:
    path = tmp_path / "book.json"
    path.write_text(json.dumps(document))
    assert source_for(str(path), load_plugins()) == source


def test_a_label_with_half_a_character_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps(MANIFEST_3 | {"label": "a cut emoji \ud83d"}))
    assert IiifSource(IiifOptions()).read(str(path)).table["label"][0] == "a cut emoji ?"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "id",
                    "@id",
                    "type",
                    "items",
                    "sequences",
                    "canvases",
                    "images",
                    "resource",
                    "body",
                    "service",
                    "label",
                    "manifests",
                    "width",
                    "sizes",
                    "profile",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(
    st.dictionaries(
        st.sampled_from(["items", "sequences", "label", "id", "first"]), JSON, max_size=4
    )
)
def test_whatever_a_document_says_only_web_addresses_come_of_it(
    document: dict[str, object],
) -> None:
    assert all(identity(entry).startswith("http") for entry in members(document))
    for painted in paintings(document):
        if isinstance(painted, Painted):
            url = image_url(painted.service, painted.resource, 512, painted.shape)
            assert url == "" or url.startswith(("http://", "https://"))
            assert isinstance(painted.label, str)
