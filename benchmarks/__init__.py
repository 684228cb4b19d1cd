"""Speed as ratios in one run: every figure is compared with an empty view of the same application, measured beside it."""
