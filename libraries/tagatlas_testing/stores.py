"""The suite of image stores."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from tagatlas.contracts import ImageCopy, ImageStore, ImageStoreSpec, Variant, loaded
from tagatlas.errors import ImageNotStored, StorageError, TagatlasError
from tagatlas_guards import guarded
from tagatlas_testing.specs import SpecContract, is_one_line

THREADS = 8


class ImageStoreContract(SpecContract):
    """Rules of an :class:`~tagatlas.ImageStore`. Override ``spec``.

    A store that keeps images outside the atlas needs a separate place for each test: its
    ``options`` name that place.
    """

    @pytest.fixture
    def spec(self) -> ImageStoreSpec:
        """The plugin's spec. To be overridden."""
        raise NotImplementedError("override the fixture `spec`: return your store's spec")

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        """The atlas's folder, empty."""
        folder = tmp_path / "sample.atlas"
        folder.mkdir()
        return folder

    @pytest.fixture
    def open_store(
        self, spec: ImageStoreSpec, options: object, folder: Path
    ) -> Callable[[], ImageStore]:
        """A function that opens the store of the same atlas again at each call."""
        return lambda: guarded(loaded(spec.factory)(options, folder), spec.name)

    @pytest.fixture
    def store(self, open_store: Callable[[], ImageStore]) -> ImageStore:
        """The store under test, empty."""
        return open_store()

    def test_factory_makes_a_store(self, store: ImageStore) -> None:
        """The factory, called with the options and the atlas's folder, makes an ``ImageStore``."""
        assert isinstance(store, ImageStore)

    @pytest.mark.parametrize("variant", Variant)
    def test_bytes_come_back(self, store: ImageStore, variant: Variant) -> None:
        """``get`` returns exactly the bytes that were ``put``, and ``has`` is true."""
        for data in (bytes(range(256)), b"\xff\xd8" + bytes(3_000_000)):
            store.put(image_id(data), variant, data)
            assert store.get(image_id(data), variant) == data
            assert store.has(image_id(data), variant)

    def test_variants_are_apart(self, store: ImageStore) -> None:
        """The variants of an image are independent."""
        store.put(image_id(), Variant.IMAGE, b"large")
        assert not store.has(image_id(), Variant.THUMBNAIL)
        store.put(image_id(), Variant.THUMBNAIL, b"small")
        assert store.get(image_id(), Variant.IMAGE) == b"large"
        assert store.get(image_id(), Variant.THUMBNAIL) == b"small"

    @pytest.mark.parametrize("variant", Variant)
    def test_what_was_not_put_is_not_stored(self, store: ImageStore, variant: Variant) -> None:
        """In an empty store ``has`` is false and ``get`` raises ``ImageNotStored``."""
        assert not store.has(image_id(), variant)
        with pytest.raises(ImageNotStored) as caught:
            store.get(image_id(), variant)
        assert is_one_line(str(caught.value))

    def test_an_equal_put_changes_nothing(self, store: ImageStore) -> None:
        """Putting the same bytes twice is the same as putting them once."""
        store.put(image_id(), Variant.IMAGE, b"bytes")
        where = store.locate(image_id(), Variant.IMAGE)
        store.put(image_id(), Variant.IMAGE, b"bytes")
        assert store.get(image_id(), Variant.IMAGE) == b"bytes"
        assert store.locate(image_id(), Variant.IMAGE) == where

    def test_a_later_put_wins(self, store: ImageStore) -> None:
        """Other bytes under the same id replace the earlier ones, longer or shorter."""
        for data in (b"first, and longer", b"second", b"third, and longer"):
            store.put(image_id(), Variant.IMAGE, data)
            assert store.get(image_id(), Variant.IMAGE) == data

    def test_another_instance_sees_the_bytes(self, open_store: Callable[[], ImageStore]) -> None:
        """Bytes put by one instance are found by another on the same atlas."""
        open_store().put(image_id(), Variant.IMAGE, b"bytes")
        assert open_store().has(image_id(), Variant.IMAGE)
        assert open_store().get(image_id(), Variant.IMAGE) == b"bytes"

    def test_many_are_like_each(
        self, store: ImageStore, open_store: Callable[[], ImageStore]
    ) -> None:
        """``put_many`` and ``get_many`` are as ``put`` and ``get`` of each, in their order."""
        copies = [
            ImageCopy(image_id(f"{number}".encode()), variant, f"{number} {variant}".encode())
            for number in range(20)
            for variant in Variant
        ]
        store.put_many([])
        assert store.get_many([]) == []
        store.put_many([copies[0]._replace(data=b"earlier"), *copies[:-1]])
        wanted = [(copy.image_id, copy.variant) for copy in reversed(copies)]
        for each in (store, open_store()):
            found = [None, *(copy.data for copy in reversed(copies[:-1]))]
            assert each.get_many(wanted) == found
            assert [each.has(*one) for one in wanted] == [data is not None for data in found]

    def test_what_it_holds_need_not_be_put(self, store: ImageStore) -> None:
        """``holds`` is true of exactly the bytes that are stored, if they were put just now."""
        copy = ImageCopy(image_id(), Variant.IMAGE, b"bytes")
        assert not store.holds(copy)
        store.put(*copy)
        assert store.holds(copy)
        assert not store.holds(copy._replace(data=b"other"))
        assert not store.holds(copy._replace(variant=Variant.THUMBNAIL))

    def test_batches_are_of_some_size(self, store: ImageStore) -> None:
        """``batch_size`` is at least 1, and ``batch_bytes``, if there is one."""
        assert store.batch_size >= 1
        assert store.batch_bytes is None or store.batch_bytes >= 1

    def test_locations_are_relative_paths_or_urls(self, store: ImageStore) -> None:
        """``locate`` gives a path in the atlas or a URL, with ``/``; the file need not exist.

        It gives None for all images if they are not separate files.
        """
        places = [store.locate(image_id(), variant) for variant in Variant]
        assert None not in places or set(places) == {None}
        for where in places:
            if where is None:
                continue
            assert where
            assert "\\" not in where
            if not is_url(where):
                assert not Path(where).is_absolute()
                assert ".." not in Path(where).parts

    def test_locations_are_distinct(self, store: ImageStore) -> None:
        """Every variant of every image has a different location."""
        ids = [image_id(str(number).encode()) for number in range(50)]
        found = {store.locate(each, variant) for each in ids for variant in Variant}
        if found == {None}:
            return  # images are no files of their own
        assert len(found) == 50 * len(Variant)

    def test_files_are_where_they_are_located(self, store: ImageStore, folder: Path) -> None:
        """If ``locate`` gives a path, the file there has the bytes."""
        for variant in Variant:
            store.put(image_id(), variant, variant.encode())
            where = store.locate(image_id(), variant)
            if where is not None and not is_url(where):
                assert (folder / where).read_bytes() == variant.encode()

    def test_what_is_removed_is_gone(
        self, store: ImageStore, open_store: Callable[[], ImageStore]
    ) -> None:
        """``remove`` removes all variants of one image and of no other; twice is like once.

        A store that cannot remove raises ``StorageError``.
        """
        other = image_id(b"another")
        for variant in Variant:
            store.put(image_id(), variant, variant.encode())
            store.put(other, variant, variant.encode())
        if store.__class__.remove is ImageStore.remove:
            with pytest.raises(StorageError, match="cannot remove"):
                store.remove(image_id())
            return
        store.remove(image_id())
        store.remove(image_id())
        for variant in Variant:
            assert not open_store().has(image_id(), variant)
            with pytest.raises(ImageNotStored):
                store.get(image_id(), variant)
            assert open_store().get(other, variant) == variant.encode()
        store.remove_many([image_id(), other])
        assert not open_store().has(other, Variant.IMAGE)
        store.put(image_id(), Variant.IMAGE, b"again")
        assert store.get(image_id(), Variant.IMAGE) == b"again"

    @pytest.mark.parametrize(
        "bad", ["", "../escaped", "../" * 20 + "e" * 4, "/escaped", "A" * 64, "g" * 64, "0" * 63]
    )
    def test_what_is_no_id_is_refused(self, store: ImageStore, tmp_path: Path, bad: str) -> None:
        """Only 64 lower-case hexadecimal digits are an id: nothing else becomes a file name."""
        before = _files(tmp_path)
        with pytest.raises((ValueError, TagatlasError)):
            store.put(bad, Variant.IMAGE, b"bytes")
        with pytest.raises((ValueError, TagatlasError)):
            store.get(bad, Variant.IMAGE)
        assert _files(tmp_path) == before

    def test_unwritable_bytes_are_a_storage_error(self, store: ImageStore, folder: Path) -> None:
        """If the bytes cannot be written, ``StorageError`` is raised, with a one-line message."""
        where = store.locate(image_id(), Variant.IMAGE)
        if where is None or is_url(where):
            return  # the store keeps no files in the atlas
        (folder / where / "in the way").mkdir(parents=True)
        with pytest.raises(StorageError) as caught:
            store.put(image_id(), Variant.IMAGE, b"bytes")
        assert is_one_line(str(caught.value))

    def test_threads_put_and_get_many_images(self, store: ImageStore) -> None:
        """Threads that put and get different images do not disturb each other."""

        def work(thread: int) -> None:
            for number in range(25):
                data = f"{thread} {number} ".encode() * 500
                store.put(image_id(data), Variant.IMAGE, data)
                assert store.get(image_id(data), Variant.IMAGE) == data

        _run_together(work)

    def test_puts_are_atomic(self, store: ImageStore) -> None:
        """A reader sees the complete bytes of one put, never a mixture or a part."""
        versions = [bytes([number]) * (10_000 + 7_000 * number) for number in range(4)]
        store.put(image_id(), Variant.IMAGE, versions[0])

        def work(thread: int) -> None:
            for number in range(25):
                if thread % 2:
                    store.put(image_id(), Variant.IMAGE, versions[(thread + number) % 4])
                else:
                    assert store.get(image_id(), Variant.IMAGE) in versions

        _run_together(work)
        assert store.get(image_id(), Variant.IMAGE) in versions


def image_id(data: bytes = b"sample") -> str:
    """The id of an image whose original bytes are ``data``."""
    return hashlib.sha256(data).hexdigest()


def is_url(location: str) -> bool:
    """Whether a location is a URL and not a path."""
    return "://" in location


def _files(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


def _run_together(work: Callable[[int], None]) -> None:
    """Run ``work(0)``, ``work(1)``, … in threads that start at the same moment."""
    barrier = Barrier(THREADS)

    def start(thread: int) -> None:
        barrier.wait(timeout=60)
        work(thread)

    with ThreadPoolExecutor(THREADS) as pool:
        for future in [pool.submit(start, thread) for thread in range(THREADS)]:
            future.result()
