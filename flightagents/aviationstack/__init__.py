"""AviationStack's flight feed: the only code that knows the vendor's words."""
