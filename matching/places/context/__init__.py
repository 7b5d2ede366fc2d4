"""Context of names in a text: what the words around a name say about it."""
