"""Questions that are asked again whenever articles arrive. Knows no messenger."""
