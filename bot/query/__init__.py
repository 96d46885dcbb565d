"""What a question asks of which articles and days."""
