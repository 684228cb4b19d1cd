"""Forms: the shape of the input, turned into domain values."""
