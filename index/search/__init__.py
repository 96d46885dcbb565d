"""A query into ranked hits: vectors and BM25 over one snapshot, fused."""
