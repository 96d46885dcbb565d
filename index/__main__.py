"""`python -m index ...`: build the index, keep it current, look at it."""

import argparse
import json
import sqlite3
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rich.console import Console

from index.article import Article, Query, Skipped
from index.command_line import CommandLine, of_the_system, show_error, visible
from index.embedding.embedder import Embedder, load_embedder
from index.errors import BuildCancelled, IndexingError, SettingsInvalid
from index.ingest.intake import Ingest
from index.ingest.sources import read_articles
from index.library.builder import BuildReport
from index.library.opening import open_library
from index.library.protocol import Library
from index.library.transfer import export_library, import_library
from index.progress import announce_preparation, show_progress
from index.search.retrieval import Retriever
from index.settings import IndexSettings

_EXAMPLES = """examples:
  python -m index build --articles seeds            index every article below seeds/
  python -m index add story.html more/              add two sources to what is there
  python -m index add https://news.example/story    add a web page
  python -m index feeds                             read every feed of FEEDS once, and say what came of it
  python -m index list                              the articles, an id and a title a line
  python -m index remove story.html                 take one out again
  python -m index search "peace process mediator"   see what the retriever finds
  python -m index search "peace" --source Reuters --before 2022-10-01
  python -m index speakers                          who said what in the articles: quotations, reported statements
  python -m index speakers --jsonl > said.jsonl     one JSON object a line, for scripts
  python -m index verify                            check every file of the index against its checksum
  python -m index renew                             index the same articles anew, for another EMBEDDING_MODEL
  python -m index rollback                          back to the index before the last change
  python -m index export library.tar                everything in one file, vectors too: a backup, or to move it
  python -m index import library.tar                put that in service, here or where VECTOR_URL says
"""
_console = Console(stderr=True)


@dataclass(frozen=True, slots=True)
class _Context:
    """What commands work with: the settings in force, and the library that these name."""

    settings: IndexSettings
    library: Library

    def embedder(self) -> Embedder:
        """Return the model, made ready now; commands that need none do not wait for it."""
        announce_preparation(_console, self.settings)
        return load_embedder(self.settings.embedding_model, self.settings.model_cache)

    def intake(self) -> Ingest:
        """Return what brings articles into the library."""
        return Ingest(self.library, self.embedder())


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 if it went well, 1 if not, 2 on misuse."""
    options = _command_line().parse(arguments)
    try:
        settings = IndexSettings.from_environment(index=options.index, articles=getattr(options, "articles", None))
        code: int = options.run(_Context(settings, open_library(settings)), options)
    except IndexingError as error:
        show_error(error, _console)
        return 1
    except (OSError, sqlite3.Error) as error:
        show_error(IndexingError(of_the_system(error)), _console)
        return 1
    except KeyboardInterrupt:
        show_error(BuildCancelled("called off; nothing changed. The same command goes on where it stopped."), _console)
        return 1
    return code


def _command_line() -> CommandLine:
    line = CommandLine("python -m index", __doc__, _EXAMPLES)
    build = line.add("build", _build, "index all articles of a folder or a .jsonl file")
    build.add_argument(
        "--articles", metavar="PATH", type=Path, help="folder or file to read (default: ARTICLES, else seeds)"
    )
    line.add("add", _add, "add articles to the index, or replace those with the same id").add_argument(
        "sources",
        nargs="+",
        metavar="PATH|URL",
        help="a folder or file (.txt .md .html .pdf .jsonl), or the address of a web page",
    )
    feeds = line.add("feeds", _feeds, "take in what is new in the RSS and Atom feeds that FEEDS names")
    feeds.add_argument("--due", action="store_true", help="only those whose time has come")
    line.add("remove", _remove, "take articles out of the index").add_argument("ids", nargs="+", metavar="ID")
    line.add("list", _list, "every article: id, date and title, tab-separated")
    speakers = line.add("speakers", _speakers, "who said what: every quotation and reported statement with its speaker")
    speakers.add_argument("--jsonl", action="store_true", help="one JSON object a line: article, start, end, speaker")
    line.add("renew", _renew, "index every article anew, after another EMBEDDING_MODEL or a new version")
    line.add("verify", _verify, "check every file of the index against its checksum")
    line.add("rollback", _roll_back, "put the previous index back in service")
    whole = "the whole index"
    line.add("export", _export, f"write {whole} into a file, vectors included").add_argument("file", type=Path)
    line.add("import", _import, f"put {whole} of such a file in service").add_argument("file", type=Path)
    search = line.add("search", _search, "show the passages that the retriever finds: rank, score, place, title")
    search.add_argument("words")
    search.add_argument("--source", action="append", metavar="NAME", help="only articles of this source, or these")
    search.add_argument("--article", action="append", metavar="ID", help="only this article, or these")
    search.add_argument(
        "--before", type=date.fromisoformat, metavar="YYYY-MM-DD", help="only articles published on an earlier day"
    )
    search.add_argument("--top-k", type=_count, default=10, metavar="N", help="passages to show (default: 10)")
    return line


def _count(text: str) -> int:
    if (count := int(text)) < 1:
        raise ValueError
    return count


def _build(context: _Context, _: argparse.Namespace) -> int:
    articles = context.settings.articles
    if not articles.exists():
        read_articles(articles)  # which says so, before a model is made ready
    intake = context.intake()
    with show_progress(_console) as listener:
        _report(context.library, intake.rebuild(articles, listener))
    return 0


def _add(context: _Context, options: argparse.Namespace) -> int:
    addresses = [source for source in options.sources if "://" in source]
    paths = [Path(source) for source in options.sources if "://" not in source]
    items: list[Article | Skipped] = [item for path in paths for item in read_articles(path)]
    fetched = _fetch(addresses) if addresses else []
    intake = context.intake()
    with show_progress(_console) as listener:
        _report(context.library, intake.add(fetched, "web", listener, beside=items))
    return 0


def _renew(context: _Context, _: argparse.Namespace) -> int:
    embedder = context.embedder()
    with show_progress(_console) as listener:
        _report(context.library, context.library.renew(embedder, listener))
    return 0


def _fetch(addresses: list[str]) -> list[Article | Skipped]:
    # what speaks HTTP takes a while to import, and few commands need it
    from index.ingest.fetching import Fetcher
    from index.ingest.sources.web import read_addresses

    return read_addresses(addresses, Fetcher())


def _feeds(context: _Context, options: argparse.Namespace) -> int:
    if not context.settings.feeds:
        raise SettingsInvalid("FEEDS names no feed. Set it in the environment or in .env, see .env.example.")
    # what speaks HTTP takes a while to import, and few commands need it
    from index.ingest.feeds.reading import FeedReader
    from index.ingest.fetching import Fetcher

    intake = context.intake()
    reader = FeedReader(intake, Fetcher(), every_minutes=context.settings.feed_minutes)
    report = reader.read(context.settings.feeds, only_due=options.due)
    for problem in report.problems:
        _console.print(visible(problem), markup=False, highlight=False, soft_wrap=True)
    for feed in report.feeds:
        if feed.error is None:
            print(visible(str(feed)))
    if report.build is not None:
        _report(context.library, report.build)
    return 1 if report.failed or report.error else 0


def _remove(context: _Context, options: argparse.Namespace) -> int:
    _report(context.library, context.intake().remove(options.ids))
    return 0


def _list(context: _Context, _: argparse.Namespace) -> int:
    snapshot = context.library.open_current(context.embedder())
    for article in snapshot.archive.headlines():
        day = f"{article.published_at:%Y-%m-%d}" if article.published_at else "-"
        print(*(" ".join(visible(each).split()) for each in (article.id, day, article.title)), sep="\t")
    return 0


def _speakers(context: _Context, options: argparse.Namespace) -> int:
    archive = context.library.open_current(context.embedder()).archive
    for article in archive.articles():
        for one in archive.attributions_of(article.id):
            speaker = one.speaker.name if one.speaker is not None else None
            if options.jsonl:
                mention = [one.mention.start, one.mention.end] if one.mention is not None else None
                fields = {"article": article.id, "start": one.span.start, "end": one.span.end, "kind": one.kind}
                print(json.dumps({**fields, "mention": mention, "speaker": speaker}, ensure_ascii=False), flush=True)
            else:
                print(article.id, one.kind, speaker or "-", " ".join(one.span.slice(article.text).split()), sep="\t")
    return 0


def _verify(context: _Context, _: argparse.Namespace) -> int:
    problems = context.library.verify()
    for problem in problems:
        print(visible(problem))
    if not problems:
        print(f"{context.library.current_name()}: every file is as it was built")
    return 1 if problems else 0


def _roll_back(context: _Context, _: argparse.Namespace) -> int:
    print(f"back in service: {context.library.roll_back()}")
    return 0


def _export(context: _Context, options: argparse.Namespace) -> int:
    exported = export_library(context.library, context.embedder(), options.file)
    print(f"{options.file}: {exported.n_articles:,} articles, {exported.n_passages:,} passages of {exported.snapshot}")
    return 0


def _import(context: _Context, options: argparse.Namespace) -> int:
    imported = import_library(context.library, context.embedder(), options.file)
    name = context.library.current_name()
    print(f"in service: {name}, {imported.n_articles:,} articles, {imported.n_passages:,} passages")
    return 0


def _search(context: _Context, options: argparse.Namespace) -> int:
    embedder = context.embedder()
    retriever = Retriever(context.library.open_current(embedder), embedder)
    articles, sources = (frozenset(names) if names else None for names in (options.article, options.source))
    query = Query(options.words, articles, options.before, sources=sources)
    for hit in retriever.search(query, options.top_k):
        article = retriever.archive.article(hit.passage.article_id)
        span = hit.passage.span
        print(visible(f"{hit.rank:>2}  {hit.score:.3f}  {article.id} [{span.start}:{span.end}]  {article.title}"))
        print(f"    {' '.join(visible(span.slice(article.text)).split())}")
    return 0


def _report(library: Library, report: BuildReport) -> None:
    """Print human words on a terminal; else one line of JSON, as scripts expect."""
    for skipped in report.skipped:
        _console.print(
            visible(f"skipped {skipped.name}: {skipped.reason}"), markup=False, highlight=False, soft_wrap=True
        )
    if sys.stdout.isatty():
        changes = f"{len(report.added)} added, {len(report.changed)} changed, {len(report.removed)} removed"
        print(f"{report.articles:,} articles, {report.passages:,} passages in {report.seconds:.1f} s ({changes}).")
        return
    summary = {
        "articles": report.articles,
        "passages": report.passages,
        "embedded": report.embedded,
        "skipped": len(report.skipped),
        "seconds": round(report.seconds, 2),
        "index": str(library),
    }
    print(json.dumps(summary))


if __name__ == "__main__":
    sys.exit(main())
