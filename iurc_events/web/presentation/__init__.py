"""What templates show: frozen dataclasses and the pure functions that make them of domain values."""
