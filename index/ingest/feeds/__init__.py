"""RSS and Atom feeds: read in turn, each item exactly once, and nothing lost when something is down."""
