"""What maps are computed with: around a layout, and of clusters; arrays in, arrays out."""
