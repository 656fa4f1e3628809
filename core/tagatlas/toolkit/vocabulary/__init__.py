"""Vocabularies: the labels that a tagger may use, chosen by the user."""

from tagatlas.toolkit.vocabulary.builtin import load_vocabulary
from tagatlas.toolkit.vocabulary.vocabulary import Label, Vocabulary

__all__ = ["Label", "Vocabulary", "load_vocabulary"]
