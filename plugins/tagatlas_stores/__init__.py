"""Image stores: what keeps image bytes under their id."""
