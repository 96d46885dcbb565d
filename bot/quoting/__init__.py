"""Quotes: verbatim, from sentence to sentence, with what must not be cut away."""
