"""What a backend that is a service needs before any work: credentials, and the user's trust."""

from __future__ import annotations

import os

from tagatlas.atlas import Atlas
from tagatlas.contracts import Tagger
from tagatlas.errors import AuthenticationFailed
from tagatlas.plugins import PluginChoice
from tagatlas.selection import Selection
from tagatlas.steps.options import TagOptions


def require_key(
    atlas: Atlas, tagger: PluginChoice[Tagger], *, for_new_images: bool = False
) -> None:
    """Make sure that a backend has key and credentials, if it may have to be asked.

    Args:
        atlas: open.
        tagger: the backend.
        for_new_images: whether new images may come; else it needs none once it has tagged here.

    Raises:
        AuthenticationFailed: it has none, or one that cannot be sent.
    """
    instance = tagger.product
    has_tagged = atlas.catalog.tagging.find(tagger.name, instance.fingerprint()) is not None
    if has_tagged and not for_new_images:
        return
    variable = instance.key_variable
    key = os.environ.get(variable or "", "").strip()
    if not (key.isascii() and key.isprintable()):
        raise AuthenticationFailed(f"{variable} holds no whole key: copy it again")
    if variable is not None and not key:
        raise AuthenticationFailed(f"{tagger.name} needs a key: put it into {variable}")
    instance.require_credentials()


def require_service(atlas: Atlas, selection: Selection, tagger: PluginChoice[Tagger]) -> None:
    """Make sure that the user wants a service to get pictures or texts, and to be paid.

    Raises:
        NotTrusted: the atlas is not trusted, or names the service in settings that the user has
            not accepted.
    """
    if require_trust_in(atlas, tagger.product, tagger.name):
        selection.require("tag", TagOptions, "backend")


def require_trust_in(atlas: Atlas, tagger: Tagger, name: str) -> bool:
    """Make sure that a tagger of this name may get pictures or texts; returns if it is a service.

    Raises:
        NotTrusted: it is one, and the atlas is not trusted.
    """
    is_service = not tagger.local or tagger.price is not None or tagger.key_variable is not None
    if is_service:
        atlas.require_trust(f"{name} is a service")
    return is_service
