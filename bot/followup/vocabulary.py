"""Words that link others, and words that make a question of a message."""

_AUXILIARIES = """
is are was were be been being do does did done has have had having will would can could may might must shall should
"""
_PREPOSITIONS = """
in on at of for from to by with without about against after before during since until under over between near into
within outside inside through across behind
"""
_ASK = """
who whom whose what when where why which how and but or so then also ok okay well tell name list give describe explain
"""
PREPOSITIONS = frozenset(_PREPOSITIONS.split())
ASKING = frozenset(f"{_AUXILIARIES} {_ASK}".split())
"""Words that make more of a message than a name: it asks, or joins on to what was said."""
_LINKS = """
the a an of in at on and for is are was were has have had
"""
LINKS = frozenset(_LINKS.split())
"""Words that may stand inside a phrase."""
