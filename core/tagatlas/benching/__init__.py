"""Taggers against each other on one collection: quality, stability, speed, memory, cost."""
