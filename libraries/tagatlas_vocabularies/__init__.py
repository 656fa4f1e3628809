"""Vocabularies: the labels that a tagger may use, chosen by the user."""

from tagatlas_vocabularies.builtin import load_vocabulary
from tagatlas_vocabularies.vocabulary import Label, Vocabulary

__all__ = ["Label", "Vocabulary", "load_vocabulary"]
