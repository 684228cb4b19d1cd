"""Speed as ratios: every figure is compared with an empty view of the same application in the same run."""
