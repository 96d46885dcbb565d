"""Replies of several quotes: overviews, the latest, lists, sides, timelines. What is quoted is chosen here, and checked
in `bot.answering` like every quote."""
