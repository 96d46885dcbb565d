"""IndexSettings: what the index is made from and where it lies; its only reader of the environment."""

import os
import sys
from pathlib import Path
from typing import Annotated, Self

from platformdirs import user_cache_path
from pydantic import BeforeValidator, Field, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from index.endpoints import Feed, ServerAddress, parse_address, parse_feeds
from index.errors import SettingsInvalid


def _feeds(value: object) -> object:
    """Return the feeds of a text; anything else is left to pydantic."""
    return parse_feeds(value) if isinstance(value, str) else value


def _server_address(value: object) -> object:
    """Return the server that a text names; anything else is left to pydantic."""
    return parse_address(value) if isinstance(value, str) else value


_VectorUrl = Annotated[ServerAddress, NoDecode, BeforeValidator(_server_address)]


_PASSED_ON = ("PATH", "HOME", "USER", "LANG", "LANGUAGE", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "SYSTEMROOT")
_PASSED_ON_PREFIXES = ("LC_", "XDG_", "OMP_", "MKL_", "OPENBLAS_", "ORT_", "HF_", "HTTP_", "HTTPS_", "NO_PROXY", "SSL_")
# HF_TOKEN among them: whoever names a model of a closed hub wants it fetched


def environment_of_helpers() -> dict[str, str]:
    """Return the variables that processes which build and export for this one need: where things are and how many
    threads compute, and neither settings nor secrets, which they are told where they need them."""
    passed_on = {
        name: value
        for name, value in os.environ.items()
        if name.upper() in _PASSED_ON or name.upper().startswith(_PASSED_ON_PREFIXES)
    }
    return {**passed_on, "PYTHONPATH": os.pathsep.join(sys.path)}


class IndexSettings(BaseSettings):
    """Each field is the variable of the same name in capitals; an empty variable counts as not set."""

    model_config = SettingsConfigDict(
        frozen=True, env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore"
    )

    articles: Path = Field(Path("seeds"), description="Folder or .jsonl file that articles are read from")
    index: Path = Field(Path("var/index"), description="Folder of the built index and its history")
    vector_url: _VectorUrl | None = Field(
        None,
        repr=False,
        description="Milvus server that holds the index, milvus://host:port/database; empty: the folder above does",
    )
    vector_grace_seconds: int = Field(
        60, ge=0, description="What a new index leaves behind on that server stays so long for who reads it; in seconds"
    )
    embedding_model: str | None = Field(
        None, description="sentence-transformers model, a folder or a hub id; empty: the one that is shipped"
    )
    model_cache: Path = Field(
        default_factory=lambda: user_cache_path("newsquote"),
        description="Folder for models made ready to run; empty: the user's cache folder",
    )
    keep_snapshots: int = Field(3, ge=1, description="Built indexes kept for a rollback; a count, 1 or more")
    feeds: Annotated[tuple[Feed, ...], NoDecode, BeforeValidator(_feeds)] = Field(
        (),
        repr=False,
        description="RSS and Atom feeds to take articles from; addresses, commas between, each perhaps with |minutes",
    )
    feed_minutes: int = Field(30, ge=1, description="How often a feed is read that has no |minutes; in minutes")

    @classmethod
    def from_environment(cls, **given: Path | None) -> Self:
        """Return the settings in force; a value given by name, as from the command line, goes first unless None.

        Raises:
            SettingsInvalid: the text names every variable at fault.
        """
        try:
            return cls.model_validate({name: value for name, value in given.items() if value is not None})
        except ValidationError as error:
            # Not chained: the original would print the value of a secret in its traceback.
            raise SettingsInvalid("\n".join(map(cls._complaint, error.errors()))) from None

    @classmethod
    def _complaint(cls, error: ErrorDetails) -> str:
        name = str(error["loc"][0])
        wanted = error["msg"].removeprefix("Value error, ").removeprefix("Input ")
        is_secret = not cls.model_fields[name].repr
        found = "its value is not shown" if is_secret else f"found {error['input']!r}"
        return f"{name.upper()} {wanted}; {found}"
