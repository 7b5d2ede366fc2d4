"""Benchmarks: accuracy and speed of each part of Tocsin, beside an alternative and a floor."""
