"""Text into what is searched and quoted: debris marked, sentences, passages, terms."""
