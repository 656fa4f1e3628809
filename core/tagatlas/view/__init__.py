"""The server behind ``tagatlas view``: the map as a page, and what is written and drawn on it."""

from tagatlas.view.address import Address, listen, port_of
from tagatlas.view.files import MapFiles
from tagatlas.view.server import serve

__all__ = ["Address", "MapFiles", "listen", "port_of", "serve"]
