"""Articles on their way in: from files, pages and feeds, kept first, then indexed."""
