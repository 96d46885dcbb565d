"""What can go wrong around questions and answers, beside what the index reports (index/errors.py).

BotError
├── SettingsInvalid      a variable holds an unusable value: correct it in the environment or .env
├── StoreUnavailable     conversations cannot be kept or read: check DATABASE_URL, the disk, the permissions
│   └── StoreInterrupted a connection or a replica's turn was lost half-way: the same can be tried again
├── InvalidQuestion      a line of a question file is not a question: correct that line
├── AlreadyServing       another process serves from the same database: stop it, or name another DATABASE_URL
└── StoreTooNew          a later version wrote the database: update, or name another DATABASE_URL
"""


class BotError(Exception):
    """Base of every error of this package; its text is meant for the person at the keyboard."""


class SettingsInvalid(BotError):
    """One or more settings hold a value that cannot be used; the text names each variable."""


class StoreUnavailable(BotError):
    """The database cannot be opened, read or written."""


class StoreInterrupted(StoreUnavailable):
    """What was under way is not kept, and may be tried again."""


class StoreTooNew(BotError):
    """The database has a schema that this version does not know."""


class InvalidQuestion(BotError):
    """A line of a question file cannot be asked; the text names the line."""


class AlreadyServing(BotError):
    """Two processes must not serve from one database."""
