"""Vocabularies: the labels that a tagger may use, chosen by the user."""

from tagatlas_vocabularies import Label, Vocabulary, load_vocabulary

__all__ = ["Label", "Vocabulary", "load_vocabulary"]
