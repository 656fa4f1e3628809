"""A vocabulary in memory."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Self

import msgspec

from tagatlas.errors import OptionError


@dataclass(frozen=True)
class Label:
    """A label, and how it may be put in words.

    Attributes:
        name: as tags bear it.
        prompts: whole captions that stand for it instead of a tagger's templates; where one has
            ``{}``, a name is put there.
        aliases: other names of the same.
        group: what it is one of; empty where nothing was said.
    """

    name: str
    prompts: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    group: str = ""

    def captions(self, templates: Sequence[str]) -> list[str]:
        """The texts that a model is to compare images with; each once.

        Args:
            templates: texts with ``{}`` where the name is to stand; not used where the label has
                prompts.
        """
        names = (self.name, *self.aliases)
        texts = [text.replace("{}", name) for text in self.prompts or templates for name in names]
        return list(dict.fromkeys(texts))


@dataclass(frozen=True)
class Vocabulary:
    """Labels in the order they were written. Make it with :meth:`of`.

    Attributes:
        name: the file's or the built-in vocabulary's.
        labels: at least one; their names differ after normalising (:func:`key`).
        merged: names that were written more than once, as they were written the second time.
        notes: what a user should know of how it was read: guesses made, cells left out.
    """

    name: str
    labels: tuple[Label, ...]
    merged: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, name: str, labels: Iterable[Label]) -> Self:
        """The vocabulary of these labels, every text tidied.

        Labels whose names are the same after normalising are one: the first name stays, and the
        prompts and aliases of all are its own. Labels without a name are left out.

        Raises:
            OptionError: no label is left.
        """
        known: dict[str, Label] = {}
        merged = []
        for label in map(_tidied, labels):
            if not label.name:
                continue
            first = known.setdefault(key(label.name), label)
            if first is not label:
                merged.append(label.name)
                known[key(label.name)] = replace(
                    first,
                    prompts=tuple(dict.fromkeys(first.prompts + label.prompts)),
                    aliases=tuple(dict.fromkeys(first.aliases + label.aliases)),
                    group=first.group or label.group,
                )
        if not known:
            raise OptionError(f"the vocabulary {name} has no label: write one a line")
        return cls(name, tuple(known.values()), tuple(merged))

    @property
    def groups(self) -> tuple[str, ...]:
        """The labels' groups, each once, in order."""
        return tuple(dict.fromkeys(label.group for label in self.labels if label.group))

    def only(self, groups: Sequence[str]) -> Vocabulary:
        """The labels of some groups; all where none is named.

        Raises:
            OptionError: a group is not there.
        """
        if not groups:
            return self
        for group in groups:
            if group not in self.groups:
                there = ", ".join(self.groups) or "none"
                raise OptionError(
                    f"the vocabulary {self.name} has no group {group!r}; it has: {there}"
                )
        labels = tuple(label for label in self.labels if label.group in groups)
        return replace(self, labels=labels)

    def digest(self) -> str:
        """What it says, as 16 hexadecimal digits: the same labels give the same."""
        return hashlib.sha256(msgspec.json.encode(self.labels)).hexdigest()[:16]


def key(name: str) -> str:
    """What two names that are the same label have in common: Unicode's NFKC, without case."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def _tidied(label: Label) -> Label:
    name = tidy(label.name)
    aliases = tuple(dict.fromkeys(filter(None, map(tidy, label.aliases))))
    return Label(
        name=name,
        prompts=tuple(dict.fromkeys(filter(None, map(tidy, label.prompts)))),
        aliases=tuple(alias for alias in aliases if alias != name),
        group=tidy(label.group),
    )


def tidy(text: str) -> str:
    """Text in Unicode's NFC, without control characters, blanks trimmed and made one each.

    Joiners stay: Persian, Hindi and other scripts are written with them.
    """
    plain = unicodedata.normalize("NFC", text.removeprefix("\ufeff"))
    visible = (
        char if char.isspace() or unicodedata.category(char) not in {"Cc", "Cs"} else ""
        for char in plain
    )
    return " ".join("".join(visible).split())
