"""What we measure, and never assert in tests: speed, memory, kills, load. Each module says what it measures."""
