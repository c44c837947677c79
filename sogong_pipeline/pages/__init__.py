"""The page toolkit: parts, Korean numbers and particles, drawings, maps."""
