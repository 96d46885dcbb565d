"""Draws chat bubbles: text with Telegram's entities, buttons, photos. For documentation only."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import matplotlib
from PIL import Image, ImageDraw, ImageFont

_SCALE: Final = 2
_WIDTH: Final = 480 * _SCALE
_BUBBLE: Final = 420 * _SCALE
_PAD: Final = 11 * _SCALE
_GAP: Final = 10 * _SCALE
_SIZE: Final = 14 * _SCALE
_LINE: Final = 20 * _SCALE
_BUTTON: Final = 34 * _SCALE
_ROOM: Final = 34 * _SCALE
"""What the bar and the mark of a quote take of a line."""
_PAPER, _THEIRS, _MINE, _INK, _BLUE = "#dbe4d6", "#ffffff", "#e3fbd0", "#1b1b1b", "#2f7fc1"
_QUOTE_PAPER, _QUOTE_BAR, _CODE, _KEY = "#eaf3fb", "#2f7fc1", "#8a5a2b", "#8fa58a"


@dataclass(frozen=True, slots=True)
class Bubble:
    """A message. `entities` are the Bot API's, in UTF-16 units; `rows` are the labels of its buttons.

    `head` stands above the text, in one colour: who says it, or whose it is. `answered` is the message replied to.
    """

    text: str
    entities: Sequence[dict[str, Any]] = ()
    rows: Sequence[Sequence[str]] = ()
    photo: bytes | None = None
    by_reader: bool = False
    head: str = ""
    answered: "Bubble | None" = None


@dataclass(frozen=True, slots=True)
class _Style:
    bold: bool = False
    italic: bool = False
    code: bool = False
    link: bool = False
    quoted: bool = False
    struck: bool = False
    answered: bool = False


@dataclass(slots=True)
class _Line:
    pieces: list[tuple[str, _Style]] = field(default_factory=list)
    quoted: bool = False

    @property
    def width(self) -> float:
        return sum(_font(style).getlength(text) for text, style in self.pieces)


def draw_chat(bubbles: Sequence[Bubble], path: Path) -> None:
    """Write a PNG of the bubbles, one under the other."""
    parts = [_bubble_image(bubble) for bubble in bubbles]
    height = sum(part.height + _GAP for part in parts) + _GAP
    picture = Image.new("RGB", (_WIDTH, height), _PAPER)
    y = _GAP
    for bubble, part in zip(bubbles, parts, strict=True):
        x = _WIDTH - part.width - _GAP if bubble.by_reader else _GAP
        picture.paste(part, (x, y), part)
        y += part.height + _GAP
    picture.save(path, optimize=True)


def _bubble_image(bubble: Bubble) -> Image.Image:
    lines = list(_wrapped(bubble, _BUBBLE - 2 * _PAD))
    photo = _photo(bubble.photo) if bubble.photo is not None else None
    widest = max([line.width + (_PAD if line.quoted else 0) for line in lines], default=0)
    is_wide = photo is not None or bool(bubble.rows) or any(line.quoted for line in lines)
    width = _BUBBLE if is_wide else int(widest) + 2 * _PAD
    top = photo.height if photo is not None else 0
    body = top + len(lines) * _LINE + 2 * _PAD
    image = Image.new("RGBA", (width, body + len(bubble.rows) * (_BUTTON + _PAD // 2)), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    pen.rounded_rectangle((0, 0, width - 1, body - 1), 12 * _SCALE, fill=_MINE if bubble.by_reader else _THEIRS)
    if photo is not None:
        image.paste(photo, (_PAD // 2, _PAD // 2))
    _draw_lines(pen, lines, top + _PAD, width)
    for row, labels in enumerate(bubble.rows):
        _draw_buttons(pen, labels, body + _PAD // 2 + row * (_BUTTON + _PAD // 2), width)
    return image


def _photo(content: bytes) -> Image.Image:
    photo = Image.open(BytesIO(content)).convert("RGB")
    width = _BUBBLE - _PAD
    return photo.resize((width, photo.height * width // photo.width), Image.Resampling.LANCZOS)


def _draw_lines(pen: ImageDraw.ImageDraw, lines: Sequence[_Line], y: int, width: int) -> None:
    for place, line in enumerate(lines):
        x = float(_PAD)
        if line.quoted:
            is_first = place == 0 or not lines[place - 1].quoted
            pen.rectangle((_PAD, y, width - _PAD, y + _LINE - 1), fill=_QUOTE_PAPER)
            pen.rectangle((_PAD, y, _PAD + 3 * _SCALE, y + _LINE - 1), fill=_QUOTE_BAR)
            if is_first and not any(style.answered for _, style in line.pieces):
                pen.text((width - _PAD - 14 * _SCALE, y + 2 * _SCALE), "”", font=_font(_Style(bold=True)), fill=_BLUE)
            x += 10 * _SCALE
        for text, style in line.pieces:
            colour = _BLUE if style.link else _CODE if style.code else _INK
            start, x = x, _write(pen, (x, y + 1 * _SCALE), text, _font(style), colour)
            if style.struck:
                pen.line((start, y + _LINE // 2, x, y + _LINE // 2), fill=colour, width=_SCALE)
        y += _LINE


def _draw_buttons(pen: ImageDraw.ImageDraw, labels: Sequence[str], y: int, width: int) -> None:
    gap = _PAD // 2
    each = (width - gap * (len(labels) - 1)) / len(labels)
    font = _font(_Style(bold=True), 13 * _SCALE)
    for place, label in enumerate(labels):
        x = place * (each + gap)
        pen.rounded_rectangle((x, y, x + each, y + _BUTTON), 8 * _SCALE, fill=_KEY)
        length = sum(_font_size(font) if character in "👍👎" else font.getlength(character) for character in label)
        _write(pen, (x + (each - length) / 2, y + _BUTTON / 2 - 9 * _SCALE), label, font, "#ffffff")


def _write(
    pen: ImageDraw.ImageDraw, at: tuple[float, float], text: str, font: ImageFont.FreeTypeFont, colour: str
) -> float:
    """Write the text and return where it ended. Thumbs, which the font lacks, are drawn."""
    x, y = at
    run = ""
    for character in (*text, ""):
        if character and character not in "👍👎":
            run += character
            continue
        pen.text((x, y), run, font=font, fill=colour)
        x += font.getlength(run)
        run = ""
        if character:
            _thumb(pen, x, y, _font_size(font), up=character == "👍")
            x += _font_size(font)
    return x


def _thumb(pen: ImageDraw.ImageDraw, x: float, y: float, size: float, *, up: bool) -> None:
    shape = [(0.1, 0.5), (0.3, 0.5), (0.5, 0.1), (0.62, 0.15), (0.58, 0.42), (0.92, 0.42), (0.86, 0.9), (0.1, 0.9)]
    points = [(x + a * size, y + (b if up else 1 - b) * size + size * 0.12) for a, b in shape]
    pen.polygon(points, fill="#f3b533", outline="#a8741a")


def _font_size(font: ImageFont.FreeTypeFont) -> float:
    return float(font.size) * 1.1


@cache
def _font(style: _Style, size: int = _SIZE) -> ImageFont.FreeTypeFont:
    names = {
        (False, False): "DejaVuSans.ttf",
        (True, False): "DejaVuSans-Bold.ttf",
        (False, True): "DejaVuSans-Oblique.ttf",
        (True, True): "DejaVuSans-BoldOblique.ttf",
    }
    name = "DejaVuSansMono.ttf" if style.code else names[style.bold, style.italic]
    return ImageFont.truetype(str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name), size)


def _wrapped(bubble: Bubble, width: float) -> Iterator[_Line]:
    if bubble.head:
        yield _Line([(bubble.head, _Style(bold=True, link=True))])
    if bubble.answered is not None:
        yield from _answered(bubble.answered, width)
    line = _Line()
    for run in _runs(bubble):
        text, style = run[-1]
        if text == "\n":
            yield line
            line = _Line()
            continue
        line.quoted = style.quoted
        room = width - (_ROOM if style.quoted else 0)
        if line.pieces and line.width + _Line([*run[:-1], (text.rstrip(), style)]).width > room:
            yield line
            line = _Line(quoted=style.quoted)
        line.pieces += run
    yield line


def _runs(bubble: Bubble) -> Iterator[list[tuple[str, _Style]]]:
    """Yield what no line may part: words that nothing but their style parts; a line break stands alone."""
    run: list[tuple[str, _Style]] = []
    for word, style in _words(bubble):
        if run and (word == "\n" or run[-1][0].endswith(" ")):
            yield run
            run = []
        run.append((word, style))
        if word == "\n":
            yield run
            run = []
    if run:
        yield run


def _answered(bubble: Bubble, width: float) -> Iterator[_Line]:
    """Yield a message that is replied to as chats show it: who said it, and the beginning of a line."""
    style = _Style(quoted=True, answered=True)
    text = bubble.text.partition("\n")[0]
    if _font(style).getlength(text) > width - _ROOM:
        while _font(style).getlength(f"{text}…") > width - _ROOM:
            text = text[:-1]
        text = f"{text.rstrip()}…"
    yield _Line([(bubble.head, replace(style, bold=True, link=True))], quoted=True)
    yield _Line([(text, style)], quoted=True)


def _words(bubble: Bubble) -> Iterator[tuple[str, _Style]]:
    """Yield words, each with the blanks after it, in one style; a line break stands alone."""
    word, last = "", _Style()
    for character, style in _styled(bubble):
        if word and (style != last or character == "\n" or (word.endswith(" ") and character != " ")):
            yield word, last
            word = ""
        last = style
        if character == "\n":
            yield "\n", style
        else:
            word += character
    if word:
        yield word, last


def _styled(bubble: Bubble) -> Iterator[tuple[str, _Style]]:
    offset = 0
    for character in bubble.text:
        kinds = {mark["type"] for mark in bubble.entities if mark["offset"] <= offset < mark["offset"] + mark["length"]}
        yield (
            character,
            _Style(
                bold="bold" in kinds,
                italic="italic" in kinds,
                code="code" in kinds,
                link=bool(kinds & {"text_link", "url", "mention", "bot_command", "hashtag"}),
                quoted=bool(kinds & {"blockquote", "expandable_blockquote"}),
                struck="strikethrough" in kinds,
            ),
        )
        offset += 2 if ord(character) > 0xFFFF else 1
