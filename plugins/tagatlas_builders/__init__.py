"""Graph builders: what turns tags into a network."""
