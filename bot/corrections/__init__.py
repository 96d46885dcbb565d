"""When what was quoted is not what the article says any more: found, kept, and told once. Knows no messenger."""
