"""Fuzzing: what strangers write, mutated towards code not yet reached.

`targets` says what is called and what must hold, `corpus` keeps what to begin with, `python -m tests.fuzzing` goes on
from there for as long as it is given.
"""
