"""Texts into vectors: the shipped model, any other one, and the vectors that are known already."""
