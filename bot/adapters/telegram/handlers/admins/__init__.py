"""What admins do, and what they are told."""
