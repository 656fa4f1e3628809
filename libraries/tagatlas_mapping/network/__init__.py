"""For graph builders: tags selected and weighted, images or tags linked, significant links."""
