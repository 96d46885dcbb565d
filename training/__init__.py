"""How what ships was fitted: question sets in, weights out. Imports the product, never the reverse."""
