"""The image store `pack`: on disk, in memory, and in a real S3 API on loopback."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tagatlas.contracts import ImageCopy, ImageStoreSpec, NoOptions, Variant
from tagatlas.errors import ImageNotStored, StorageError
from tagatlas.testing import ImageStoreContract
from tagatlas_stores.files import FileStore
from tagatlas_stores.pack import PackOptions, tagatlas_image_stores
from tagatlas_stores.pack.index import Index
from tagatlas_stores.pack.places import FolderPlace, Span
from tagatlas_stores.pack.store import PackStore


class PackContract(ImageStoreContract):
    @pytest.fixture
    def spec(self) -> ImageStoreSpec:
        [spec] = tagatlas_image_stores()
        return spec


class TestInTheAtlas(PackContract):
    """The rules of every image store."""


class TestInMemory(PackContract):
    @pytest.fixture
    def options(self) -> PackOptions:
        return PackOptions(location=f"memory://{secrets.token_hex(8)}")


@pytest.mark.thorough
class TestInS3(PackContract):
    @pytest.fixture
    def options(self, bucket: str, s3: str) -> PackOptions:
        return PackOptions(location=bucket, endpoint=s3)


def copies(count: int, begin: int = 0) -> list[ImageCopy]:
    """So many images, each with two copies of a few hundred bytes."""
    made = []
    for number in range(begin, begin + count):
        image = sha256(str(number).encode()).hexdigest()
        made.append(ImageCopy(image, Variant.IMAGE, f"image {number} ".encode() * 30))
        made.append(ImageCopy(image, Variant.THUMBNAIL, f"thumbnail {number}".encode()))
    return made


def opened(folder: Path) -> PackStore:
    return PackStore(PackOptions(), folder)


def files(folder: Path, ending: str = "") -> list[Path]:
    return sorted((folder / "packs").glob(f"*{ending}"))


def read(store: PackStore, wanted: Sequence[ImageCopy]) -> list[bytes | None]:
    return store.get_many([(each.image_id, each.variant) for each in wanted])


def test_many_copies_are_one_file_that_other_programs_read(tmp_path: Path) -> None:
    wanted = copies(500)
    opened(tmp_path).put_many(wanted)
    [pack] = files(tmp_path)
    with zipfile.ZipFile(pack) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path / "moved")
    moved = FileStore(NoOptions(), tmp_path / "moved")
    assert all(moved.get(each.image_id, each.variant) == each.data for each in wanted)
    assert os.access(tmp_path / "moved" / moved.locate(*wanted[0][:2]), os.R_OK)


def test_an_archive_of_the_files_of_another_store_is_a_pack(tmp_path: Path) -> None:
    wanted = copies(50)
    plain = FileStore(NoOptions(), tmp_path)
    for each in wanted:
        plain.put(*each)
    (tmp_path / "packs").mkdir()
    with zipfile.ZipFile(tmp_path / "packs" / "moved.zip", "w") as archive:
        for path in [*tmp_path.glob("images/*/*"), *tmp_path.glob("thumbnails/*/*")]:
            archive.write(path, path.relative_to(tmp_path))
        archive.writestr("notes.txt", "no image")
    assert read(opened(tmp_path), wanted) == [each.data for each in wanted]
    again = wanted[0]._replace(data=b"put later")
    opened(tmp_path).put_many([again])
    assert opened(tmp_path).get(*again[:2]) == b"put later"
    opened(tmp_path).remove(wanted[2].image_id)
    assert read(opened(tmp_path), wanted[1:5]) == [wanted[1].data, None, None, wanted[4].data]


def test_a_pack_has_at_most_so_many_copies_and_bytes(tmp_path: Path) -> None:
    class Small(PackStore):
        batch_size = 30
        batch_bytes = 4000

    wanted = copies(100)
    Small(PackOptions(), tmp_path).put_many(wanted)
    packs = files(tmp_path)
    for pack in packs:
        with zipfile.ZipFile(pack) as archive:
            assert len(archive.infolist()) <= 30
            assert sum(each.file_size for each in archive.infolist()) <= 4000
    assert read(opened(tmp_path), wanted) == [each.data for each in wanted]


def test_what_is_not_there_is_none_and_costs_no_other(tmp_path: Path) -> None:
    store, wanted = opened(tmp_path), copies(20)
    store.put_many(wanted[:10])
    store.put_many(wanted[20:])
    there = [each.data for each in wanted]
    assert read(store, wanted) == [*there[:10], *[None] * 10, *there[20:]]


def test_an_open_store_sees_what_others_put_and_remove(tmp_path: Path) -> None:
    reader, writer, wanted = opened(tmp_path), opened(tmp_path), copies(30)
    assert read(reader, wanted[:2]) == [None, None]
    writer.put_many(wanted)
    assert read(reader, wanted) == [each.data for each in wanted]
    writer.remove_many([wanted[0].image_id])
    assert read(reader, wanted[:4]) == [None, None, *(each.data for each in wanted[2:4])]
    assert not reader.has(*wanted[0][:2])


@pytest.mark.parametrize("folds", [False, True])
def test_what_is_removed_is_in_no_byte_of_any_file(tmp_path: Path, folds: bool) -> None:
    store, wanted = opened(tmp_path), copies(60)
    for begin in range(0, 120, 40):
        store.put_many(wanted[begin : begin + 40])
    if folds:
        store._index.fold(least=1)
    doomed = [each.image_id for each in wanted[:60:6]]
    store.remove_many(doomed)
    everything = b"".join(path.read_bytes() for path in files(tmp_path))
    for image in doomed:
        assert image.encode() not in everything
        assert bytes.fromhex(image) not in everything
    left = [each for each in wanted if each.image_id not in doomed]
    for each in (store, opened(tmp_path)):
        assert read(each, left) == [copy.data for copy in left]
        assert not any(read(each, [copy for copy in wanted if copy.image_id in doomed]))
    assert not files(tmp_path, ".removed")


def test_an_index_says_what_is_in_many_packs_and_can_be_deleted(tmp_path: Path) -> None:
    store, wanted = opened(tmp_path), copies(200)
    for begin in range(0, 400, 50):
        store.put_many(wanted[begin : begin + 50])
    store._index.fold(least=1)
    [index] = files(tmp_path, ".index")
    store.put_many(copies(10, begin=1000))
    assert read(store, wanted) == [each.data for each in wanted]
    place = Recording(tmp_path)
    fresh = Index(place)
    key = bytes.fromhex(wanted[0].image_id) + b"i"
    assert any(fresh.find([key])[0])
    packs = {span.name for span in place.asked if span.name.endswith(".zip")}
    assert len(packs) == 1  # the one that is in no index
    index.unlink()
    assert read(opened(tmp_path), wanted) == [each.data for each in wanted]
    assert read(store, wanted) == [each.data for each in wanted]


class Recording(FolderPlace):
    """Keeps what it was asked for."""

    def __init__(self, atlas: Path) -> None:
        super().__init__(atlas)
        self.asked: list[Span] = []

    def read(self, spans: Sequence[Span]) -> list[bytes | OSError]:
        self.asked += spans
        return super().read(spans)


def test_damage_costs_the_copies_that_it_is_in(tmp_path: Path) -> None:
    wanted = copies(20)
    opened(tmp_path).put_many(wanted)
    [pack] = files(tmp_path)
    data = bytearray(pack.read_bytes())
    at = data.index(wanted[0].data)
    data[at] ^= 1
    pack.write_bytes(data)
    store = opened(tmp_path)
    assert read(store, wanted) == [None, *(each.data for each in wanted[1:])]
    with pytest.raises(ImageNotStored, match=r"\.zip is damaged; fetch the image again"):
        store.get(*wanted[0][:2])
    assert store.has(*wanted[0][:2])
    assert not store.holds(wanted[0])
    assert store.holds(wanted[1])
    store.put(*wanted[0])
    assert opened(tmp_path).get(*wanted[0][:2]) == wanted[0].data


def test_a_pack_without_its_end_has_nothing_and_stands_in_no_way(tmp_path: Path) -> None:
    wanted = copies(20)
    store = opened(tmp_path)
    store.put_many(wanted[:20])
    [pack] = files(tmp_path)
    store.put_many(wanted[20:])
    pack.write_bytes(pack.read_bytes()[:-100])
    fresh = opened(tmp_path)
    assert read(fresh, wanted) == [*[None] * 20, *(each.data for each in wanted[20:])]
    with pytest.raises(StorageError, match="delete that file, then run it again"):
        fresh.remove(wanted[0].image_id)
    pack.unlink()
    fresh.remove(wanted[20].image_id)
    assert not opened(tmp_path).has(*wanted[20][:2])


def test_links_are_not_followed(tmp_path: Path) -> None:
    wanted = copies(2)
    opened(tmp_path / "elsewhere").put_many(wanted)
    [pack] = files(tmp_path / "elsewhere")
    atlas = tmp_path / "x.atlas"
    (atlas / "packs").mkdir(parents=True)
    (atlas / "packs" / pack.name).symlink_to(pack)
    assert read(opened(atlas), wanted) == [None] * 4


@pytest.mark.parametrize("place", ["atlas", "memory"])
def test_writers_at_the_same_time_take_nothing_from_one_another(tmp_path: Path, place: str) -> None:
    location = f"memory://{secrets.token_hex(8)}" if place == "memory" else ""
    writers = [PackStore(PackOptions(location), tmp_path) for _ in range(4)]
    wanted = copies(80)
    for at, each in enumerate(wanted):
        writers[at % 4].put_many([each])
    assert read(PackStore(PackOptions(location), tmp_path), wanted) == [
        each.data for each in wanted
    ]


Step = tuple[str, list[int]]


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.differing_executors])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["put", "put", "put", "remove", "open", "fold", "die"]),
            st.lists(st.integers(0, 12), min_size=1, max_size=6),
        ),
        max_size=20,
    )
)
def test_it_is_a_dict(tmp_path_factory: pytest.TempPathFactory, steps: list[Step]) -> None:
    folder = tmp_path_factory.mktemp("packs")
    store, kept = opened(folder), dict[tuple[str, Variant], bytes]()
    for moment, (what, numbers) in enumerate(steps):
        images = [sha256(str(number).encode()).hexdigest() for number in numbers]
        if what == "put":
            some = [
                ImageCopy(image, list(Variant)[at % 3], f"{moment} {at}".encode())
                for at, image in enumerate(images)
            ]
            store.put_many(some)
            kept.update({(each.image_id, each.variant): each.data for each in some})
        elif what == "remove":
            store.remove_many(images)
            kept = {key: data for key, data in kept.items() if key[0] not in images}
        elif what == "fold":
            store._index.fold(least=1)
        elif what == "die":  # while it writes, and before the name is there
            (folder / "packs").mkdir(exist_ok=True)
            (folder / "packs" / f".writing-{moment:016x}").write_bytes(b"PK\x03\x04half")
        else:
            store = opened(folder)
        everything = [(image, variant) for image in sorted(set(images)) for variant in Variant]
        assert store.get_many(everything) == [kept.get(key) for key in everything]
        assert [store.has(*key) for key in everything] == [key in kept for key in everything]
    fresh = opened(folder)
    assert fresh.get_many(list(kept)) == list(kept.values())


@pytest.mark.parametrize("deletions", range(4))
def test_a_removal_that_was_killed_is_finished_by_the_next(tmp_path: Path, deletions: int) -> None:
    class Killed(Exception):
        """Stands for the end of the process."""

    class Dying(FolderPlace):
        left = deletions

        def delete(self, name: str) -> None:
            if self.left == 0:
                raise Killed
            self.left -= 1
            super().delete(name)

    store, wanted = opened(tmp_path), copies(30)
    for begin in range(0, 60, 20):
        store.put_many(wanted[begin : begin + 20])
    doomed = [wanted[0].image_id, wanted[20].image_id, wanted[40].image_id]
    dying = opened(tmp_path)
    dying._place = Dying(tmp_path)
    with pytest.raises(Killed):
        dying.remove_many(doomed)
    left = [each for each in wanted if each.image_id not in doomed]
    gone = [each for each in wanted if each.image_id in doomed]
    assert read(opened(tmp_path), left) == [each.data for each in left]
    assert not any(read(opened(tmp_path), gone))
    opened(tmp_path).put_many(gone[:1])  # fetched again, which the removal before is not about
    assert read(opened(tmp_path), gone[:2]) == [gone[0].data, None]
    opened(tmp_path).remove(doomed[1])
    assert not files(tmp_path, ".removed")
    packed = [name for pack in files(tmp_path) for name in zipfile.ZipFile(pack).namelist()]
    assert len(packed) == len(set(packed))
    assert not any(doomed[1] in name or doomed[2] in name for name in packed)
    assert read(opened(tmp_path), gone[:2]) == [gone[0].data, None]
    assert read(opened(tmp_path), left) == [each.data for each in left]


WRITING = """
import json, sys
from hashlib import sha256
from itertools import count
from pathlib import Path
from tagatlas.contracts import ImageCopy, Variant
from tagatlas_stores.pack import PackOptions
from tagatlas_stores.pack.store import PackStore

store = PackStore(PackOptions(), Path(sys.argv[1]))
for batch in count():
    numbers = [f"{sys.argv[2]} {batch} {number}" for number in range(20)]
    ids = [sha256(each.encode()).hexdigest() for each in numbers]
    store.put_many([ImageCopy(each, Variant.IMAGE, each.encode() * 2000) for each in ids])
    print(json.dumps(ids), flush=True)
"""


@pytest.mark.thorough
def test_killed_writers_lose_what_they_had_not_told(tmp_path: Path) -> None:
    told: list[str] = []
    for turn in range(4):
        command = [sys.executable, "-c", WRITING, str(tmp_path)]
        writers = [
            subprocess.Popen([*command, f"{turn} {each}"], stdout=subprocess.PIPE, text=True)
            for each in range(2)
        ]
        for writer in writers:
            assert writer.stdout is not None
            for _ in range(3 + turn):
                told += json.loads(writer.stdout.readline())
            writer.send_signal(signal.SIGKILL)
            rest = writer.stdout.read().splitlines()
            told += [image for line in rest if line.endswith("]") for image in json.loads(line)]
            writer.wait()
            writer.stdout.close()
        store = opened(tmp_path)
        wanted = [(image, Variant.IMAGE) for image in told]
        assert store.get_many(wanted) == [image.encode() * 2000 for image in told]
        assert not store._index.unreadable
