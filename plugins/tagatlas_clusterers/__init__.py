"""Clusterers: what finds out which images belong together."""
