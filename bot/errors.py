"""What can go wrong around questions and answers, beside what the index reports (index/errors.py).

BotError
├── InvalidQuestion      a line of a question file is not a question: correct that line
├── InvalidCorrection    what is said of two names cannot be read: write it as the text says
├── StoreUnavailable     conversations cannot be kept or read: check DATABASE_URL, the disk, the permissions
│   └── StoreInterrupted     what was under way is not kept: try it again
│       ├── ConnectionLost       ... for the connection to a database server was lost
│       └── LeaseLost            ... for another replica has taken the chat over: leave it to that one
├── StoreTooNew          a later version wrote the database: update, or name another DATABASE_URL
├── DatabaseNotEmpty     a database to copy into holds something already: name an empty one
├── AlreadyServing       another process serves from the same database: stop it, or name another DATABASE_URL
├── TokenRejected        Telegram does not know the token: check TELEGRAM_BOT_TOKEN
├── PortTaken            an address to listen at cannot be had: check WEB_LISTEN, WEBHOOK_LISTEN and HEALTH_LISTEN
└── DocumentTooLarge     what an admin sent is larger than bots are given: split it, or put it where the articles are

Settings that cannot be used are `index.errors.SettingsInvalid`, for the two packages have their settings in common.
"""


class BotError(Exception):
    """Base of every error of this package; its text is meant for the person at the keyboard."""


class InvalidQuestion(BotError):
    """A line of a question file cannot be asked; the text names the line."""


class InvalidCorrection(BotError):
    """What is said of two names cannot be read; the text says what is expected."""


class StoreUnavailable(BotError):
    """The database cannot be opened, read or written."""


class StoreInterrupted(StoreUnavailable):
    """What was being kept is not, and may be tried again."""


class ConnectionLost(StoreInterrupted):
    """The connection to a database server was lost, and the transaction may be done again."""


class LeaseLost(StoreInterrupted):
    """Another replica does this replica's work: it was thought dead, and must begin again."""


class StoreTooNew(BotError):
    """The database has a schema that this version does not know."""


class DatabaseNotEmpty(BotError):
    """A database to copy into holds something already."""


class AlreadyServing(BotError):
    """Two processes must not serve from one database."""


class TokenRejected(BotError):
    """Telegram does not know the token. The text never holds it."""


class PortTaken(BotError):
    """An address to listen at is in use, or is not this machine's; the text names it."""


class DocumentTooLarge(BotError):
    """A document is larger than Telegram hands to bots."""
