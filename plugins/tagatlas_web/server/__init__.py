"""The server behind ``tagatlas view``: the map as a page, and what is written and drawn on it."""
