"""Figures with their uncertainty: intervals, resampling, differences, ranks."""
