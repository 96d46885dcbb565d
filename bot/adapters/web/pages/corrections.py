"""A correction of what was quoted in the browser's conversation, as the chat shows it above."""

from dataclasses import dataclass

from bot.adapters.changes import differences_of
from bot.adapters.permalinks import FIRST_MARK, reading_path
from bot.corrections.corrections import QuoteCorrection
from index.text.differences import Difference


@dataclass(frozen=True, slots=True)
class ShownCorrection:
    """A correction with what differs, and where the article is read now."""

    correction: QuoteCorrection
    differences: tuple[Difference, ...]
    path: str

    @property
    def title(self) -> str:
        """The article's title on one line."""
        return " ".join(self.correction.title.split())


def shown_correction(correction: QuoteCorrection) -> ShownCorrection:
    """Return a correction as it is shown."""
    path = reading_path(correction.sentence.article_id, correction.new_revision)
    quotes = [correction.now] if correction.now is not None else list(correction.notes)
    marks = "&".join(f"q={quote.span.start}-{quote.span.end}" for quote in quotes)
    return ShownCorrection(
        correction, tuple(differences_of(correction)), f"{path}?{marks}#{FIRST_MARK}" if marks else path
    )
