"""What admins do while the bot runs: change the articles, read figures, look at what nobody answered, ban."""
