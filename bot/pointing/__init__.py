"""What a language model may do here: say what a message means, and point at sentences. It never says what is quoted."""

from bot.pointing.judgement import Judgement, shipped_judgement
from bot.pointing.model import Answered, Chosen, Fault, PointingModel, ShownSentence, Task, Understood
from bot.pointing.note import Judged, PointingNote
from bot.pointing.pointer import Pointer, Pointing
from bot.pointing.remembering import RememberingModel

__all__ = [
    "Answered",
    "Chosen",
    "Fault",
    "Judged",
    "Judgement",
    "Pointer",
    "Pointing",
    "PointingModel",
    "PointingNote",
    "RememberingModel",
    "ShownSentence",
    "Task",
    "Understood",
    "shipped_judgement",
]
