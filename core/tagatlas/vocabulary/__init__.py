"""Vocabularies: the labels that a tagger may use, where they are the user's choice."""

from tagatlas.vocabulary.builtin import BUILT_IN, load_vocabulary
from tagatlas.vocabulary.vocabulary import Label, Vocabulary

__all__ = ["BUILT_IN", "Label", "Vocabulary", "load_vocabulary"]
