"""A progress bar for builds, on standard error, where a person is watching."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from index.embedding.shipped_model import is_prepared
from index.library.builder import BuildProgress, ProgressListener
from index.settings import IndexSettings


class _Rate(ProgressColumn):
    """Passages a second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.0f} passages/s" if task.speed else "", style="progress.data.speed")


def announce_preparation(console: Console, settings: IndexSettings) -> None:
    """Say so when the embedding model has to be exported first, which happens once."""
    if settings.embedding_model is None and not is_prepared(settings.model_cache):
        console.print("Preparing the embedding model, once: about half a minute.", highlight=False)


@contextmanager
def show_progress(console: Console) -> Iterator[ProgressListener]:
    """Open a listener that draws articles, passages, passages a second and time left; silent if nobody watches."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("reading articles", total=None)

        def listen(state: BuildProgress) -> None:
            if state.passages_total:
                description = f"{state.articles:,} articles, embedding passages"
                progress.update(
                    task, description=description, completed=state.passages_done, total=state.passages_total
                )
            else:
                done = f", {state.passages_done:,} passages embedded" if state.passages_done else ""
                progress.update(task, description=f"{state.articles:,} articles read{done}")

        yield listen
