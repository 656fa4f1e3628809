"""The store: copies are put into packs, and read out of them by ranges of bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from tagatlas import ImageCopy, ImageStore, Variant
from tagatlas.errors import ImageNotStored, StorageError
from tagatlas_stores.locations import Location
from tagatlas_stores.names import file_name, image_of
from tagatlas_stores.pack import PackOptions
from tagatlas_stores.pack.archives import (
    LARGEST_MEMBER,
    as_zip,
    content_of,
    read_directories,
    span_of,
)
from tagatlas_stores.pack.index import PACK, REMOVED, Found, Index
from tagatlas_stores.pack.places import FolderPlace, LocationPlace, Place, Span, read_together
from tagatlas_stores.pack.tables import key_of, new_name, order_of


class PackStore(ImageStore):
    """Keeps images in ZIP archives, not compressed, of some thousand copies each.

    In the folder ``packs`` of the atlas, or of a location:

    - ``<order>-<digest>.zip``, a pack, with members named as the files of the store ``files``. It
      is written by one put and never changed; the name has the moment in nanoseconds, by which
      the later one of two copies counts, and a digest, so that no writer takes another's name.
    - ``<order>-<digest>.index``, what is in many packs; see :mod:`tagatlas_stores.pack.index`.
    - ``<order>-<digest>.removed``, ids of images that are being removed: those in earlier packs
      are gone for every reader, while packs that have them are written again without them.

    Any number of processes may put and get at once, and one may remove.
    """

    batch_size = 4096
    batch_bytes = 128 << 20

    def __init__(self, options: PackOptions, folder: Path) -> None:
        """Use the atlas's folder, or the location of the options.

        Raises:
            OptionError, MissingDependency: see :class:`tagatlas_stores.locations.Location`.
        """
        self._place: Place = (
            LocationPlace(Location(options.location, options.endpoint, "pack"))
            if options.location
            else FolderPlace(folder)
        )
        self._shared = (
            self._place.location.shared()
            if isinstance(self._place, LocationPlace)
            else (str(folder.resolve()), {})
        )
        self._index = Index(self._place)

    def put(self, image_id: str, variant: Variant, data: bytes) -> None:
        """See :meth:`ImageStore.put`; makes a pack of this copy alone."""
        self.put_many([ImageCopy(image_id, variant, data)])

    def put_many(self, copies: Sequence[ImageCopy]) -> None:
        """See :meth:`ImageStore.put_many`; makes a pack, or several of ``batch_size``."""
        by_name = {file_name(copy.image_id, copy.variant): copy.data for copy in copies}
        for name, data in by_name.items():
            if len(data) > LARGEST_MEMBER:
                raise StorageError(f"cannot store {name} of {len(data):,} bytes: it is too large")
        for part in self._parts(sorted(by_name.items())):
            self._write(part, self._index.next_order())
        self._index.fold()

    def get(self, image_id: str, variant: Variant) -> bytes:
        """See :meth:`ImageStore.get`."""
        [found] = self._read([key_of(image_id, variant)])
        if isinstance(found, bytes):
            return found
        raise ImageNotStored(
            f"cannot read {file_name(image_id, variant)} in {self._place.shown}: {found}; fetch "
            "the image again"
        )

    def get_many(self, wanted: Sequence[tuple[str, Variant]]) -> list[bytes | None]:
        """See :meth:`ImageStore.get_many`; object stores are asked for all at once."""
        found = self._read([key_of(image_id, variant) for image_id, variant in wanted])
        return [each if isinstance(each, bytes) else None for each in found]

    def has(self, image_id: str, variant: Variant) -> bool:
        """See :meth:`ImageStore.has`."""
        keys = [key_of(image_id, variant)]
        try:
            return any(self._index.find(keys)) or any(self._found_again(keys))
        except OSError:
            return False

    def holds(self, copy: ImageCopy) -> bool:
        """See :meth:`ImageStore.holds`; what is in no index in memory is not looked for."""
        try:
            [found] = self._index.find([key_of(copy.image_id, copy.variant)], cheaply=True)
        except OSError:
            return False
        return bool(found) and self._contents([found[0]])[0] == copy.data

    def locate(self, image_id: str, variant: Variant) -> None:
        """See :meth:`ImageStore.locate`: images are no files of their own."""
        file_name(image_id, variant)

    def shared_place(self) -> tuple[str, Mapping[str, str]] | None:
        """See :meth:`ImageStore.shared_place`."""
        return self._shared

    def remove(self, image_id: str) -> None:
        """See :meth:`ImageStore.remove`; better all that are to be removed at once."""
        self.remove_many([image_id])

    def remove_many(self, ids: Sequence[str]) -> None:
        """See :meth:`ImageStore.remove_many`; packs that have any are written again without them.

        A versioned bucket keeps earlier versions. No other process may put or remove meanwhile.
        """
        for image_id in ids:
            file_name(image_id, Variant.IMAGE)
        try:
            self._place.delete_leftovers()
            self._index.refresh()
            if unreadable := sorted(self._index.unreadable):
                raise StorageError(
                    f"{self._place.shown}/{unreadable[0]} is damaged, and may have images that are "
                    "to be removed: delete that file, then run it again"
                )
            if self._index.packs_with(ids):
                marks = "".join(f"{image_id}\n" for image_id in sorted(set(ids))).encode()
                self._place.write(new_name(self._index.next_order(), marks, REMOVED), marks)
                self._index.refresh()
            self._compact(self._index.being_removed())
        except OSError as error:
            raise StorageError(
                f"cannot remove images from {self._place.shown}: {error.strerror or error}; "
                "check the place, then run it again"
            ) from error

    def _parts(self, copies: Sequence[tuple[str, bytes]]) -> Iterator[list[tuple[str, bytes]]]:
        part: list[tuple[str, bytes]] = []
        size = 0
        for name, data in copies:
            if part and (len(part) >= self.batch_size or size + len(data) > self.batch_bytes):
                yield part
                part, size = [], 0
            part.append((name, data))
            size += len(data)
        if part:
            yield part

    def _write(self, contents: Sequence[tuple[str, bytes]], order: int) -> None:
        data, members = as_zip(contents)
        name = new_name(order, data, PACK)
        self._place.write(name, data)
        self._index.add(name, members)

    def _compact(self, removed: Mapping[str, int]) -> None:
        """Write packs again without the images that are removed from them, and end the removal.

        Args:
            removed: by id, the place in the order of all before which images are removed.
        """
        packs = self._index.packs_with(removed)
        for index in self._index.indexes_of(packs) if packs else ():
            self._place.delete(index)
        for pack in packs:
            order = order_of(pack)
            self._write_without(pack, {each for each in removed if removed[each] > order})
        for mark in [name for name in self._place.sizes() if name.endswith(REMOVED)]:
            self._place.delete(mark)
        self._index.refresh()

    def _write_without(self, pack: str, doomed: set[str]) -> None:
        """Write a pack again without some images, in its place in the order, and delete it."""
        size = self._place.sizes()[pack]
        [data] = self._place.read([Span(pack, 0, size)])
        if isinstance(data, OSError):
            raise data
        members = read_directories(self._place, {pack: size}).get(pack) or []
        ours = [(member, copy) for member in members if (copy := image_of(member.name))]
        staying = [member for member, (image_id, _) in ours if image_id not in doomed]
        if len(staying) == len(ours):
            return
        read = [content_of(each, data[each.offset : span_of(pack, each).end]) for each in staying]
        kept = [
            (member.name, content)
            for member, content in zip(staying, read, strict=True)
            if content is not None  # a damaged one is lost in any case
        ]
        if kept:
            self._write(kept, order_of(pack))
        self._place.delete(pack)

    def _found_again(self, keys: Sequence[bytes]) -> list[list[Found]]:
        """Where copies are, after a look at what other processes have put since."""
        self._index.refresh()
        return self._index.find(keys)

    def _read(self, keys: Sequence[bytes]) -> list[bytes | str]:
        """The bytes of copies; for one that cannot be read, why."""
        read: list[bytes | str] = ["it is not there"] * len(keys)
        finds: list[Callable[[Sequence[bytes]], list[list[Found]]]]
        finds = [self._index.find, self._found_again]
        for find in finds:
            absent = [at for at, each in enumerate(read) if isinstance(each, str)]
            if not absent:
                break
            try:
                places = find([keys[at] for at in absent])
            except OSError as error:
                read = [str(error) if isinstance(each, str) else each for each in read]
                continue
            self._fill(read, dict(zip(absent, places, strict=True)))
        return read

    def _fill(self, read: list[bytes | str], places: dict[int, list[Found]]) -> None:
        """Read copies, each at the first of its places where it is whole."""
        while places := {at: some for at, some in places.items() if some}:
            contents = self._contents([some[0] for some in places.values()])
            for at, content in zip(list(places), contents, strict=True):
                read[at] = content
                places[at] = [] if isinstance(content, bytes) else places[at][1:]

    def _contents(self, places: Sequence[Found]) -> list[bytes | str]:
        spans = [span_of(each.pack, each.member) for each in places]
        read = read_together(self._place, spans)
        contents: list[bytes | str] = []
        for place, data in zip(places, read, strict=True):
            if isinstance(data, OSError):
                contents.append(data.strerror or str(data))
            else:
                content = content_of(place.member, data)
                contents.append(f"{place.pack} is damaged" if content is None else content)
        return contents
