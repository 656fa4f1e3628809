"""Derive the built-in vocabularies, ``libraries/tagatlas_vocabularies/data``.

Needs WordNet 3.0's ``data.noun`` and ``index.noun`` (Debian package ``wordnet-base``), and
open_clip for the names of ImageNet's classes::

    python scripts/derive_vocabularies.py /usr/share/wordnet

``everyday`` and ``scenes`` are the nouns of ``vocabularies/*.txt``, which were chosen by reading
what WordNet has in the fields that pictures show. A word is looked up in the lexicographer files
that stand in its group's heading (animal, artifact, food...: the manual page ``lexnames(5WN)``),
and means its most usual sense there, which is written beside it. A word that WordNet lacks ends
the script, unless ``vocabularies/not_in_wordnet.txt`` has it. A word that comes twice stays in its
first group.

``imagenet`` is open_clip's list of names, which tells apart what WordNet's own words do not
("crane bird", "construction crane").
"""

from __future__ import annotations

import argparse
import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
WORDS = ROOT / "scripts" / "vocabularies"
DATA = ROOT / "core" / "tagatlas" / "toolkit" / "vocabulary" / "data"
CLASSES = ROOT / "plugins" / "tagatlas_taggers" / "imagenet" / "data" / "classes.csv"
"""ImageNet's classes in their order, with their synsets."""

SECOND_NAMES = {744: "projectile", 836: "sunglass"}
"""WordNet's names of the two classes that open_clip calls what it calls another: missile (657) and
sunglasses (837)."""

LEXICOGRAPHER_FILES = (
    "adj.all",
    "adj.pert",
    "adv.all",
    "Tops",
    "act",
    "animal",
    "artifact",
    "attribute",
    "body",
    "cognition",
    "communication",
    "event",
    "feeling",
    "food",
    "group",
    "location",
    "motive",
    "object",
    "person",
    "phenomenon",
    "plant",
    "possession",
    "process",
    "quantity",
    "relation",
    "shape",
    "state",
    "substance",
    "time",
)
"""The names of files by their number: the manual page ``lexnames(5WN)``."""


@dataclass(frozen=True)
class Sense:
    """A noun's sense: its synset's id and its lexicographer file."""

    synset: str
    file: str


@dataclass(frozen=True)
class Entry:
    """A row of a vocabulary's table."""

    label: str
    group: str
    synset: str


def read_senses(folder: Path) -> dict[str, list[Sense]]:
    """The senses of every noun by its lower-case words, the most usual sense first."""
    files = {}
    for line in (folder / "data.noun").read_text(encoding="ascii").splitlines():
        if not line.startswith(" "):  # the licence at the top
            offset, number, _ = line.split(" ", 2)
            files[offset] = LEXICOGRAPHER_FILES[int(number)]
    senses: dict[str, list[Sense]] = defaultdict(list)
    for line in (folder / "index.noun").read_text(encoding="ascii").splitlines():
        if line.startswith(" "):
            continue
        fields = line.split()
        offsets = fields[-int(fields[2]) :]
        senses[fields[0].replace("_", " ")] = [Sense(f"n{each}", files[each]) for each in offsets]
    return senses


def split_words(text: str) -> list[str]:
    """The words of a list, which are parted by commas."""
    return [" ".join(word.split()) for word in text.split(",")]


def read_groups(path: Path) -> Iterator[tuple[str, Sequence[str], str]]:
    """The words of a list with their group and the files to look them up in, in order."""
    for section in path.read_text(encoding="utf-8").split("\n[")[1:]:
        heading, _, words = section.partition("]\n")
        group, _, files = heading.partition(": ")
        for word in split_words(words):
            yield group, files.split(), word


def look_up(path: Path, senses: Mapping[str, Sequence[Sense]]) -> list[Entry]:
    """The entries of a list of words.

    Raises:
        SystemExit: WordNet has no such sense of some words; all are named.
    """
    _, _, words = (WORDS / "not_in_wordnet.txt").read_text(encoding="utf-8").partition("\n")
    not_there = frozenset(split_words(words))
    entries: dict[str, Entry] = {}
    unknown = []
    for group, files, word in read_groups(path):
        known = senses.get(word.lower(), [])
        found = [each for name in files for each in known if each.file == name]
        if not found and word not in not_there:
            unknown.append(f"{word} ({group})")
        synset = found[0].synset if found else ""
        entries.setdefault(word.casefold(), Entry(word, group, synset))
    if unknown:
        raise SystemExit(f"{path.name}: WordNet has no such sense of: {', '.join(unknown)}")
    return list(entries.values())


def imagenet() -> list[Entry]:
    """The 1,000 classes in their order; all names differ."""
    import open_clip

    names = list(open_clip.IMAGENET_CLASSNAMES)
    for index, name in SECOND_NAMES.items():
        names[index] = name
    with CLASSES.open(encoding="utf-8", newline="") as file:
        synsets = [row["synset"] for row in csv.DictReader(file)]
    return [Entry(name, "", synset) for name, synset in zip(names, synsets, strict=True)]


def write(name: str, entries: Sequence[Entry]) -> None:
    """Write a vocabulary's table."""
    with (DATA / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["label", "group", "synset"])
        writer.writerows((each.label, each.group, each.synset) for each in entries)


def main() -> None:
    """Write the three tables."""
    parser = argparse.ArgumentParser(description="Derive the built-in vocabularies.")
    parser.add_argument("wordnet", type=Path, help="folder of WordNet 3.0's data.noun, index.noun")
    senses = read_senses(parser.parse_args().wordnet)
    for name in ("everyday", "scenes"):
        write(name, look_up(WORDS / f"{name}.txt", senses))
    write("imagenet", imagenet())


if __name__ == "__main__":
    main()
