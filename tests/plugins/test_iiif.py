"""The source ``iiif``: manifests, collections and image descriptions of both versions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagatlas.contracts import SourceSpec
from tagatlas.errors import InputError
from tagatlas.testing import SourceContract
from tagatlas_iiif import IiifOptions, is_iiif, tagatlas_sources
from tagatlas_iiif.image import image_url
from tagatlas_iiif.presentation import members, paintings
from tagatlas_iiif.source import IiifSource

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
        "https://images.example.org/1/full/!512,512/0/default.jpg",
        "https://images.example.org/2/full/!512,512/0/default.jpg",
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
    assert records.recognised == "1 IIIF image: 1 images"
    url = f"https://images.example.org/x/full/{size}/0/default.jpg"
    assert records.table["location"].to_list() == [url]


def test_version_2_at_level_0_has_its_own_words() -> None:
    service: dict[str, object] = {
        "@id": "https://x.org/i",
        "profile": ["http://iiif.io/api/image/2/level0.json", {"formats": ["jpg"]}],
        "profile_": "",
        "sizes": [{"width": 2000, "height": 500}],
    }
    service["profile"] = ["http://library.stanford.edu/iiif/image-api/compliance.html#level0"]
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


KEYS = [
    *("id", "@id", "type", "items", "sequences", "canvases", "images", "resource", "body"),
    *("service", "label", "manifests", "width", "sizes", "profile"),
]

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


@given(st.dictionaries(st.sampled_from(["items", "sequences", "label", "id"]), JSON, max_size=4))
def test_whatever_a_document_says_only_web_addresses_come_of_it(
    document: dict[str, object],
) -> None:
    assert all(url.startswith("http") for url in members(document))
    for painted in paintings(document):
        url = image_url(painted.service, painted.resource, 512)
        assert url == "" or url.startswith(("http://", "https://"))
        assert isinstance(painted.label, str)
