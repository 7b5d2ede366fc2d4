"""Event comparison: decide whether two texts report the same event."""
