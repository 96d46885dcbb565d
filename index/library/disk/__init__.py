"""A library on this disk: immutable segments, and snapshots that name them."""
