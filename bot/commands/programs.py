"""Commands for programs that ask: a key for HTTP, the Model Context Protocol on standard input and output."""

import argparse

from bot.adapters.api_keys import KeyScope, make_key
from bot.adapters.permalinks import permalinks_from
from bot.app import build_core
from bot.commands.preparing import ERRORS, prepare
from bot.settings import Settings
from bot.store import Store
from index.command_line import CommandLine

_KEY_EXAMPLES = """examples:
  python -m bot key newsroom            a key that may ask
  python -m bot key editor --admin      ... and change the articles

The key is shown once; what goes into API_KEYS is its hash.
"""
_MCP_EXAMPLES = """examples:
  python -m bot mcp --index DIR

an entry in a client's settings:
  {"mcpServers": {"newsquote": {"command": "python", "args": ["-m", "bot", "mcp", "--index", "DIR"]}}}

Tools: ask, search, open_article, check_quote, said, timeline. Resources: newsquote://articles, newsquote://article/ID.
"""


def add_to(line: CommandLine) -> None:
    """Add the commands."""
    key = line.add("key", _key, "make a key for a program that asks over HTTP")
    key.epilog = _KEY_EXAMPLES
    key.add_argument("name", metavar="NAME", help="what the key is called: letters, digits, - and _")
    key.add_argument("--admin", action="store_true", help="it may also change the articles")
    line.add("mcp", _mcp, "serve the Model Context Protocol on standard input and output").epilog = _MCP_EXAMPLES


def _key(options: argparse.Namespace, settings: Settings) -> int:
    try:
        key, kept = make_key(options.name, KeyScope.ADMIN if options.admin else KeyScope.READ)
    except ValueError:
        ERRORS.print("error: NAME should be 1 to 40 letters, digits, - or _", style="red", highlight=False)
        return 2
    print(f"{key}\n\nTo be sent as: Authorization: Bearer {key}\nTo be added to API_KEYS: {kept}")
    return 0


def _mcp(options: argparse.Namespace, settings: Settings) -> int:
    # takes a second to import, and no other command needs it
    from bot.adapters.desk import Desk
    from bot.adapters.mcp import serve_stdio

    with Store.in_memory() as store:
        prepare(settings, first_index=False)
        core = build_core(settings, store)
        serve_stdio(Desk(core.dialogue, core.live, permalinks_from(settings)))
    return 0
