"""What we know: the only package that touches the database."""
