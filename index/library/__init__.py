"""The library of articles in service: changed in whole steps, on this disk or on a vector server."""
