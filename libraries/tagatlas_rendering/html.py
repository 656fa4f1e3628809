"""The head of a single-file page without scripts and without requests to any server."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape
from importlib.resources import files


def page_head(title: str, style: str, images: str = "'none'") -> str:
    """A page up to the start of its body.

    Its Content Security Policy allows this style and these images, nothing else.

    Args:
        title: any text.
        style: further CSS, in addition to that of all pages.
        images: sources allowed for images, in the policy's syntax.
    """
    whole = (files("tagatlas_rendering") / "page.css").read_text("utf-8") + style
    digest = b64encode(sha256(whole.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; img-src {images}; style-src 'sha256-{digest}';"
        " base-uri 'none'; form-action 'none'"
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{escape(title)} · tagatlas</title>\n<style>{whole}</style>\n</head>\n<body>\n"
    )
