"""Layouts: what gives the nodes of a network positions."""
