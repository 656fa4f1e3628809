"""Recoveries: where a copy of a picture may be that is gone."""
