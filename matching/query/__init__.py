"""Query language: lexer, parser, syntax tree, evaluator, normal form.

Here: everything about one query. Not here: many queries matched together (matching.index), and
error messages for people (handlers.text).
"""
