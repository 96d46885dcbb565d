"""A question in, a cited reply out."""
