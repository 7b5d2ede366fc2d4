"""matching/morphology."""
