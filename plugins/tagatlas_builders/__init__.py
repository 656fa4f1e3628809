"""Graph builders, which turn tags into a network."""
