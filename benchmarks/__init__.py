"""What is measured: how well bulletins are understood, and how long that takes."""
