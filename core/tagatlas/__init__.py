"""tagatlas maps an image collection by what machines see in it."""
