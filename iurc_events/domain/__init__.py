"""Rules of the product in plain Python: no framework, no database."""
