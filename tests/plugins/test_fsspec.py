"""The image store ``fsspec``: in memory, on disk, and in a real S3 API on loopback."""

from __future__ import annotations

import secrets
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tagatlas.contracts import ALWAYS_KEPT, ImageStoreSpec, Variant
from tagatlas.errors import ImageNotStored, MissingDependency, OptionError, StorageError
from tagatlas.testing import ImageStoreContract
from tagatlas_fetching import Address, FetchOptions
from tagatlas_fetching.engine import fetch
from tagatlas_stores.fsspec import FsspecOptions, FsspecStore, tagatlas_image_stores
from tagatlas_stores.locations import PROTOCOLS

if TYPE_CHECKING:
    from tests.conftest import ImageServer, MakePicture

SAMPLE = "ab" * 32


class FsspecContract(ImageStoreContract):
    @pytest.fixture
    def spec(self) -> ImageStoreSpec:
        [spec] = tagatlas_image_stores()
        return spec


class TestInMemory(FsspecContract):
    @pytest.fixture
    def options(self) -> FsspecOptions:
        return FsspecOptions(location=f"memory://{secrets.token_hex(8)}")


class TestOnDisk(FsspecContract):
    @pytest.fixture
    def options(self, tmp_path: Path) -> FsspecOptions:
        return FsspecOptions(location=f"file://{tmp_path}/elsewhere")


@pytest.mark.slow
class TestInS3(FsspecContract):
    @pytest.fixture
    def options(self, bucket: str, s3: str) -> FsspecOptions:
        return FsspecOptions(location=bucket, endpoint=s3)


@pytest.mark.slow
def test_images_are_fetched_into_s3(
    bucket: str, s3: str, image_server: ImageServer, picture: MakePicture
) -> None:
    addresses = [
        Address(key, image_server.serve(f"/{key}.jpg", picture(seed=key))) for key in range(20)
    ]
    options = FetchOptions(allow_private=True, host_rate=0)
    store = FsspecStore(FsspecOptions(bucket, s3), Path())
    outcomes = list(chain.from_iterable(fetch(addresses, store, options)))
    images = [outcome.image for outcome in outcomes if outcome.image]
    assert len(images) == 20
    another = FsspecStore(FsspecOptions(bucket, s3), Path())
    assert all(another.has(image.id, variant) for image in images for variant in ALWAYS_KEPT)
    assert store.locate(images[0].id, Variant.IMAGE).startswith(f"{bucket}/images/")


def test_a_service_that_is_gone_is_a_storage_error(tmp_path: Path) -> None:
    in_the_way = tmp_path / "images"
    in_the_way.write_text("a file where a folder has to be")
    store = FsspecStore(FsspecOptions(f"file://{tmp_path}"), Path())
    with pytest.raises(StorageError, match="cannot write file://"):
        store.put(SAMPLE, Variant.IMAGE, b"bytes")
    with pytest.raises(ImageNotStored):
        store.get(SAMPLE, Variant.IMAGE)
    assert store.has(SAMPLE, Variant.IMAGE) is False


def test_a_bucket_that_does_not_exist_is_a_storage_error(bucket: str, s3: str) -> None:
    store = FsspecStore(FsspecOptions("s3://no-such-bucket-here/x", s3), Path())
    with pytest.raises(StorageError, match="cannot write s3://no-such-bucket-here"):
        store.put(SAMPLE, Variant.IMAGE, b"bytes")


@pytest.mark.parametrize("location", ["", "folder", "/absolute", "nonsense://bucket"])
def test_what_is_no_location_is_refused(location: str) -> None:
    with pytest.raises(OptionError):
        FsspecStore(FsspecOptions(location), Path())


@pytest.mark.parametrize(
    ("endpoint", "is_refused"),
    [
        ("http://minio.example.org:9000", True),
        ("HTTP://10.0.0.5", True),
        ("minio.example.org", True),
        ("http://127.0.0.1@evil.example.org", True),
        ("http://127.0.0.1.example.org/", True),
        ("http://localhost:1/", False),
        ("https://minio.example.org", False),
    ],
)
def test_keys_go_to_encrypted_endpoints(endpoint: str, is_refused: bool) -> None:
    options = FsspecOptions("s3://bucket/folder", endpoint)
    if is_refused:
        with pytest.raises(OptionError, match="is not encrypted"):
            FsspecStore(options, Path())
    else:
        assert FsspecStore(options, Path()).locate(SAMPLE, Variant.IMAGE).startswith("s3://bucket")


def test_a_password_in_the_location_is_not_shown(tmp_path: Path) -> None:
    store = FsspecStore(FsspecOptions("memory://me:s3cr3t@shelf"), tmp_path)
    assert store.locate(SAMPLE, Variant.IMAGE).startswith("memory://shelf/images/")


@pytest.mark.parametrize(
    "location",
    [
        "reference://{folder}/instructions.json",
        "reference::file://{folder}/instructions.json",
        "simplecache::file://{folder}",
        "filecache::s3://bucket/folder",
        "zip://images::file://{folder}/a.zip",
        "file://{folder}::memory://x",
        "memory://a://b",
        "zip://{folder}/a.zip",
        "tar://{folder}/a.tar",
        "libarchive://{folder}/a.7z",
        "dir://{folder}",
        "generic://{folder}",
        "data://text,a",
        "git://{folder}",
        "github://owner:repository@/x",
        "http://127.0.0.1/x",
        "https://127.0.0.1/x",
        "FILE://{folder}",
        " file://{folder}",
    ],
)
def test_only_one_place_of_a_plain_protocol_is_used(tmp_path: Path, location: str) -> None:
    (tmp_path / "instructions.json").write_text('{"images/a": ["file:///etc/passwd"]}', "utf-8")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(OptionError, match=r"names several places|does not take ") as caught:
        FsspecStore(FsspecOptions(location.format(folder=tmp_path)), Path())
    assert len(str(caught.value).splitlines()) == 1
    assert sorted(tmp_path.iterdir()) == before


def test_every_protocol_is_one_that_fsspec_knows() -> None:
    from fsspec.registry import known_implementations

    assert set(PROTOCOLS) - {"abfss"} <= set(known_implementations)  # adlfs adds that one


def test_a_missing_library_is_named() -> None:
    with pytest.raises(MissingDependency, match=r"tagatlas\[gs\]"):
        FsspecStore(FsspecOptions("gs://bucket/folder"), Path())


@pytest.mark.parametrize("location", ["file://{folder}", "memory://left"])
def test_nothing_half_written_is_left(tmp_path: Path, location: str) -> None:
    options = FsspecOptions(location.format(folder=tmp_path))
    opened = FsspecStore(options, Path())
    opened.put(SAMPLE, Variant.IMAGE, b"bytes")
    opened.put(SAMPLE, Variant.IMAGE, b"others")
    files = [path.name for path in tmp_path.rglob("*") if path.is_file()]
    assert files in ([f"{SAMPLE}.jpg"], [])
