"""Shows replies, quotes in context and lists of articles as pages. Pure: nothing is printed or looked up here."""

from collections.abc import Sequence

from rich.style import Style
from rich.text import Text

from bot.adapters import wording
from bot.adapters.languages import refused, searched_in_english
from bot.adapters.listing import narrowed, runs_of
from bot.adapters.remarks import remark
from bot.adapters.terminal import texts
from bot.adapters.terminal.display import Page, Paragraph, one_line
from bot.answering import Answer, Clarification, Refusal, RefusalReason, Remark
from bot.composing.weights import COMPOSED
from bot.query.kinds import MessageKind
from bot.quoting.context import QuoteContext
from bot.quoting.quotes import Citation
from bot.replies import Reply
from index import Article
from index.command_line import visible

_INDENT = 4
_LISTED_ARTICLES = 30


def render_reply(reply: Reply) -> Page:
    """Return the answer and the citations it rests on, or why there is none."""
    page = _outcome(reply)
    if reply.newest is None:
        return page
    return Page((*page.paragraphs, said(wording.newest_here(reply.newest), "dim")))


def _outcome(reply: Reply) -> Page:
    lines = [*_corrected(reply), *_understood(reply)]
    outcome = reply.outcome
    if isinstance(outcome, Refusal):
        return Page((*lines, Paragraph(Text(refused(reply.language, outcome.reason)))))
    if isinstance(outcome, Remark):
        return Page((*lines, said(remark(outcome, reply.id))))
    if isinstance(outcome, Clarification):
        labels = [one_line(option.label) for option in outcome.options]
        choices = [said(f"{number}  {label}") for number, label in enumerate(labels, start=1)]
        return Page((*lines, said(wording.which_is_meant(labels), "bold"), *choices))
    if reply.kind is MessageKind.ABOUT_ARTICLE:
        return Page((*lines, *_origin(outcome.of_first_article)))
    if reply.heading:
        lines.append(said(wording.own_heading(reply.heading), "dim italic"))
    if outcome.short_answer is not None:
        lines.append(Paragraph(Text(one_line(outcome.short_answer), style="bold green")))
    is_composed = reply.kind in COMPOSED or bool(outcome.blocks)
    return Page((*lines, *_parts(outcome, is_composed=is_composed), *_left_out(outcome)))


def under_question(question: str, page: Page) -> Page:
    """Return a page under the question that it answers, one of several."""
    return Page((said(one_line(question), "bold"), *page.paragraphs))


def render_more(answer: Answer) -> Page:
    """Return the citations that `render_reply` left out, if any."""
    rest = answer.citations[answer.n_strong :]
    return Page((said(wording.MORE_QUOTES), *_cited(rest))) if rest else Page((said(wording.ALL_SHOWN),))


def render_closest(refusal: Refusal) -> Page:
    """Return the closest passages, marked as no answer."""
    if not refusal.closest:
        return Page((said(wording.NOTHING_CLOSE),))
    return Page((said(wording.CLOSEST), *_cited(refusal.closest)))


def render_context(context: QuoteContext) -> Page:
    """Return a quote with the sentences around it, or alone with the reason why they are missing."""
    around = Text()
    if context.before:
        around.append(visible(context.before), style="dim")
    around.append_text(quoted(context.citation))
    if context.after:
        around.append(visible(context.after), style="dim")
    source = Paragraph(source_of(context.citation), _INDENT)
    heading = wording.IN_CONTEXT if context.current else wording.CHANGED_SINCE
    return Page((said(heading), Paragraph(around, _INDENT, f"[{context.citation.number}]"), source))


def render_sources(articles: Sequence[Article], words: str) -> Page:
    """Return the articles whose title or source holds the words, whatever their case; all of them for no words."""
    found = narrowed(articles, words)
    lines = [Paragraph(_headline(article), 2) for article in found[:_LISTED_ARTICLES]]
    if len(found) > _LISTED_ARTICLES:
        lines.append(said(texts.sources_left_out(len(found) - _LISTED_ARTICLES)))
    return Page((said(texts.sources_heading(len(found), one_line(words))), *lines))


def render_articles(articles: Sequence[Article]) -> Page:
    """Return the articles that were found for a question, with their links."""
    lines = []
    for article in articles:
        line = _headline(article)
        if article.url:
            line.append("\n").append(one_line(article.url), style=_link(one_line(article.url)))
        lines.append(Paragraph(line, 2))
    return Page((said(texts.articles_found(len(articles))), *lines))


def what_next(reply: Reply) -> str:
    """Return the commands that show more about this reply."""
    hints: list[str] = []
    match reply.outcome:
        case Refusal(reason=RefusalReason.NO_SUCH_PHRASE):
            hints.append(texts.WITHOUT_MARKS)
        case Refusal(closest=closest):
            hints += [texts.SEE_CLOSEST] if closest else []
        case Clarification():
            hints.append(texts.CHOOSE)
        case Answer(citations=citations, n_strong=n_strong):
            hints += [texts.SEE_CONTEXT, texts.SEE_MORE] if n_strong < len(citations) else [texts.SEE_CONTEXT]
    if reply.is_reworded:
        hints.append(texts.AS_TYPED)
    return " ".join(hints)


def said(text: str, style: str = "") -> Paragraph:
    """Return a sentence of the bot's own."""
    return Paragraph(Text(text, style=style))


def _corrected(reply: Reply) -> list[Paragraph]:
    words = ", ".join(correction.meant for correction in reply.corrected)
    return [said(wording.SHOWING_RESULTS_FOR + words, "dim italic")] if words else []


def _understood(reply: Reply) -> list[Paragraph]:
    glossed = searched_in_english(reply) if reply.language else ""
    whole = glossed or (wording.understood_as(reply.understood_as) if reply.understood_as else "")
    above = [said(whole, "dim italic")] if whole else []
    return [*above, *([said(wording.about(one_line(reply.subject)), "dim italic")] if reply.subject else [])]


def _parts(answer: Answer, *, is_composed: bool) -> list[Paragraph]:
    """Return the citations that are shown unasked, each part of them under its heading."""
    paragraphs: list[Paragraph] = []
    for run in runs_of(answer.citations[: answer.n_strong], answer.blocks, together=is_composed):
        if run.block is not None:
            paragraphs.append(said(one_line(wording.heading(run.block)), "bold"))
        paragraphs += [Paragraph(quoted(one), _INDENT, f"[{one.number}]") for one in run.citations]
        paragraphs.append(Paragraph(source_of(run.citations[0]), _INDENT))
    return paragraphs


def _left_out(answer: Answer) -> list[Paragraph]:
    return [said(wording.left_out(answer.left_out), "dim")] if answer.left_out else []


def _cited(citations: Sequence[Citation]) -> list[Paragraph]:
    return [
        paragraph
        for citation in citations
        for paragraph in (
            Paragraph(quoted(citation), _INDENT, f"[{citation.number}]"),
            Paragraph(source_of(citation), _INDENT),
        )
    ]


def _origin(citations: Sequence[Citation]) -> list[Paragraph]:
    """Return where quotes of an article are from, and the quotes."""
    text = Text(one_line(citations[0].title) or wording.UNTITLED, style="bold cyan")
    for label, value in wording.origin(citations[0]):
        text.append(f"\n{label} ", style="dim").append(one_line(value), style=_link(one_line(value)))
    return [Paragraph(text), *(Paragraph(quoted(one), _INDENT, f"[{one.number}]") for one in citations)]


def quoted(citation: Citation) -> Text:
    """Return the quote between marks. They are the bot's; what stands between them is the article's."""
    quote = citation.quote
    text = Text("“")
    at = quote.span.start
    for highlight in sorted(citation.highlights):
        start, end = max(at, highlight.start), min(highlight.end, quote.span.end)
        if start < end:
            text.append(visible(_cut(citation, at, start)))
            text.append(visible(_cut(citation, start, end)), style="bold yellow")
            at = end
    return text.append(visible(_cut(citation, at, quote.span.end))).append("”")


def _cut(citation: Citation, start: int, end: int) -> str:
    """Return the words of the quote between two offsets of its article."""
    quote = citation.quote
    return quote.text[start - quote.span.start : end - quote.span.start]


def source_of(citation: Citation) -> Text:
    """Return where a quote is from: who says it, the article, its source, day and address."""
    text = Text()
    if citation.speaker is not None:
        text.append(one_line(wording.voice(citation.speaker)) + "\n")
    text.append(one_line(citation.title) or wording.UNTITLED, style="cyan")
    origin = [one_line(citation.source)] if citation.source else []
    if citation.published_at:
        origin.append(wording.day(citation.published_at))
    if citation.copies:
        origin.append(wording.also_in(citation.copies))
    if origin:
        text.append("\n" + ", ".join(origin), style="dim")
    if citation.url:
        text.append("\n").append(one_line(citation.url), style=_link(one_line(citation.url)))
    return text


def _link(address: str) -> Style:
    """Return a style in which a long address stays clickable where the terminal breaks it in two."""
    is_web = address.startswith(("https://", "http://"))
    return Style(underline=is_web, link=address if is_web else None)


def _headline(article: Article) -> Text:
    text = Text(one_line(article.title) or wording.UNTITLED)
    origin = [one_line(article.source)] if article.source else []
    if article.published_at:
        origin.append(wording.day(article.published_at))
    return text.append(f" ({', '.join(origin)})", style="dim") if origin else text
