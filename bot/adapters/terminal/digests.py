"""Shows digests as pages."""

from rich.text import Text

from bot.adapters import digest_wording, wording
from bot.adapters.terminal import texts
from bot.adapters.terminal.display import Page, Paragraph, one_line
from bot.adapters.terminal.rendering import quoted, said, source_of
from bot.digests import CorrectedWords, Digest, ToldStory
from index.command_line import visible

_INDENT = 4


def render_digest(digest: Digest, *, whole: bool = False) -> Page:
    """Return a digest's first screen, or all of it."""
    corrected = [paragraph for one in digest.corrected for paragraph in _corrected(one)]
    if not digest.told:
        return Page((*corrected, said(digest_wording.NOTHING_NEW)))
    shown = digest.told if whole else digest.told[: digest.n_shown]
    stories = [paragraph for one in shown for paragraph in _story(one)]
    hidden = len(digest.told) - len(shown)
    after = [said(f"{digest_wording.more(hidden)}: {texts.WHOLE_DIGEST}", "dim")] if hidden else []
    if not hidden and digest.n_left_out:
        after = [said(digest_wording.left_out(digest.n_left_out), "dim")]
    heading = said(digest_wording.heading(digest), "bold")
    return Page((heading, said(digest_wording.summary(digest), "dim"), *corrected, *stories, *after))


def _story(one: ToldStory) -> list[Paragraph]:
    told_by = one_line(digest_wording.told_by(one)) if len(one.story.sources) > 1 else ""
    watched = digest_wording.ON_YOUR_WATCH if one.story.is_watched else ""
    about = " · ".join(part for part in (told_by, watched) if part)
    lines = [Paragraph(quoted(one.citation), _INDENT, f"[{one.citation.number}]")]
    lines.append(Paragraph(source_of(one.citation), _INDENT))
    return [*lines, Paragraph(Text(about, style="dim"), _INDENT)] if about else lines


def _corrected(one: CorrectedWords) -> list[Paragraph]:
    title = Text(one_line(one.title) or wording.UNTITLED, style="cyan")
    lines = [said(digest_wording.CORRECTED, "bold"), Paragraph(title, _INDENT)]
    lines.append(Paragraph(Text(digest_wording.what_became(one), style="dim"), _INDENT))
    lines.append(Paragraph(Text(f"“{visible(one.before)}”", style="strike"), _INDENT))
    if one.now is not None:
        lines.append(Paragraph(Text(digest_wording.NOW, style="dim"), _INDENT))
        lines.append(Paragraph(Text(f"“{visible(one.now.text)}”"), _INDENT))
    return lines
