"""The server behind ``tagatlas view``: the map as a page, and its annotations."""
