"""Maps: a network laid out, its images sized, its clusters found and named."""
