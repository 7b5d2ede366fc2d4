"""What a text says: pure, no I/O, imports nothing of ours."""
