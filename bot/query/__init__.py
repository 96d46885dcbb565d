"""What is asked: of which articles, and of which days."""
