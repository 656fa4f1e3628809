"""Where plugins found vocabularies before there was :mod:`tagatlas.toolkit`."""

import warnings

from tagatlas.toolkit.vocabulary import Label, Vocabulary, load_vocabulary

__all__ = ["Label", "Vocabulary", "load_vocabulary"]

warnings.warn("tagatlas.vocabulary is now tagatlas.toolkit", DeprecationWarning, stacklevel=2)
