"""What people see: messages, buttons, texts."""
