"""Taggers in processes of their own, and the machine they run on."""
