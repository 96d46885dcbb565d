"""Pages for people: an article with the words that are quoted, and a chat."""
