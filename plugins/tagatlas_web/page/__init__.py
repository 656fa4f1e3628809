"""The page to explore a map: its HTML, and the data and pictures that its scripts read."""
