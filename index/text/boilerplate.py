"""Lines that a site puts on every page: adverts, newsletters, sharing, cookies, copyright.

A rule matches a whole line or its unmistakable beginning; a site's name inside a sentence is news.
"""

import re

_MAX_CHARS = 300
_WHOLE_LINES = (
    r"(?:advertisements?|ads?|sponsored(?: content| post)?|paid (?:content|post)|promoted(?: content)?)",
    r"(?:this )?(?:story|article) continues (?:below|after)(?: (?:this )?(?:ad|advert|advertisement))?",
    r"(?:continue reading|scroll to continue|read (?:more|on|(?:the )?full (?:story|article)))",
    r"(?:share|save|print|tweet|e?mail|comments?|copy link|link copied)",
    r"(?:share|save|print|e?mail|bookmark) (?:this(?: (?:article|story|page|post|video))?|via e?mail|"
    r"with friends|"
    r"(?:this )?(?:article |story |page )?(?:on|to|via|by) (?:facebook|twitter|x|whatsapp|linkedin|"
    r"reddit|telegram|e?mail))",
    r"(?:skip to (?:main )?content|back to top|go to top|jump to comments|loading|please wait|close|menu|"
    r"show more|load more|view (?:all|comments|gallery)|see all|play video|enlarge this image|"
    r"hide caption|toggle caption)",
    r"(?:post|leave|add|write|view|read|join) (?:a |your |the |all )?(?:\d+ )?(?:comments?|"
    r"conversation|reply)",
    r"(?:log|sign) (?:in|up|out)(?: (?:to|or) .{0,60})?|register(?: now)?|create (?:an |your )?account",
    r"(?:accept|reject|manage) (?:all )?(?:cookies|preferences)(?: settings)?|cookie (?:policy|"
    r"settings|notice)",
    r"(?:privacy policy|terms of (?:use|service)|terms (?:and|&) conditions|contact us|about us|"
    r"do not sell my (?:personal )?info(?:rmation)?)",
    r"(?:most (?:read|popular|viewed)|trending(?: now)?|recommended(?: for you)?|"
    r"related (?:articles?|stories|"
    r"topics|content|posts|news)|more from [^.!?]{1,60}|you (?:may|might) also (?:like|be interested in)|"
    r"editors?['’]? picks?|top stories|more stories|latest news|read next|up next|what to read next)",
    r"(?:getty images?|afp|reuters|ap photo|epa|shutterstock|istock(?:photo)?)(?: ?/ ?[\w ]{1,30})?",
)
_BEGINNINGS = (
    r"(?:(?:read|see|watch|listen|learn|explore|view|hear) (?:more|also|next|now|this|related)|"
    r"also read|more|"
    r"related(?: (?:articles?|stories|story|links?|coverage|reading|video))?|recommended(?: reading)?)"
    r"(?: (?:on|from|in|about) [^:]{1,40})?\s?[:>»|]",
    r"(?:watch|video|photos|gallery|podcast)\s?[:|>»][^.]{0,120}$",
    r"(?:please )?(?:subscribe|sign up|register) (?:to|for|now|here|today|"
    r"with)\b(?=.{0,200}\b(?:newsletters?|"
    r"updates|alerts|briefings?|emails?|podcasts?|channel|today|now|here|free|inbox|digital|access)\b)",
    r"(?:get|receive) (?:the |our |all |your |daily |breaking |weekly |latest |top ){0,4}(?:news|"
    r"newsletters?|"
    r"headlines|stories|updates|alerts|briefing)\b.{0,120}\b(?:inbox|e?mail|newsletter|phone|app)\b",
    r"(?:follow [^.:;,]{1,40}|(?:like|join|find) us) on (?:facebook|twitter|x\b|instagram|youtube|telegram|"
    r"whatsapp|linkedin|tiktok|threads|google news|social media|bluesky)",
    r"download (?:the|our) [^.]{0,40}\bapp\b",
    r"click (?:here|below|on the link)\b",
    r"(?:©|\(c\) ?\d{4}|copyright\s+(?:©|\(c\)|\d{4}))",
    r"editor['’]?s['’]? note\s?:? (?:(?:a|an earlier) version of this (?:story|article|column|essay|piece)\b|"
    r"sign up\b|get inspired\b|this page (?:is|reflects|summarizes|was)\b)",
    r"this (?:story|article)(?: and headline)? (?:has been|have been|was) updated"
    r"(?: (?:with|to add) (?:additional|further|more|new) [a-z ]{1,60})?(?: (?:on )?[a-z]{3,6}day)?\.?$",
    r"this (?:material|content|article|story) may not be (?:published|reproduced|republished)",
    r"(?:we|this (?:web)?site|our (?:web)?site|this page) (?:and our partners )?uses? cookies",
    r"by (?:continuing to (?:use|browse)|clicking|signing up|subscribing|"
    r"submitting)\b.{0,150}\b(?:you (?:agree|"
    r"accept|consent|acknowledge)|cookies|privacy policy|terms)",
    r"(?:image|photo|picture|photograph|video) (?:source|credit|courtesy)s?\b\s?[:,|/]",
    r"(?:photographs?|photos?|images?|illustration)(?: by)?\s?[:|/](?=.{0,60}\b(?:getty|afp|reuters|ap|epa|"
    r"shutterstock|alamy|istock|pa|rex)\b)",
    r"(?:our|this) (?:journalism|reporting) (?:needs|depends|relies)\b.{0,80}\b(?:support|readers|donat)",
    r"(?:support|donate to|become a (?:member|subscriber|supporter) of) (?:our|independent|quality) "
    r"(?:\w+ )?journalism",
    r"(?:need a break\? )?play the .{0,60}\b(?:crossword|puzzle|game)s?\b",
    r"(?:enable|please enable) (?:javascript|cookies)",
    r"(?:your|this) browser (?:does not|doesn['’]t) support",
)
_BOILERPLATE = re.compile(rf"(?:(?:{'|'.join(_WHOLE_LINES)})[ .!:…»>]{{0,5}}$|{'|'.join(_BEGINNINGS)})", re.IGNORECASE)
_LABEL = re.compile(
    r"(?i:(?:AI|A\.I\.)-(?:assisted|generated) summary:?|key (?:takeaways|points):)(?=\s+[“\"'‘]?[A-Z\d])"
)
_WHEN = re.compile(
    r"(?:first|last|originally|updated|published|posted|modified|at|on|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|"
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*+|[ap]m|[ap]\.m|(?:[ecmp][ds]?|gm|bs|ces?)t|utc|"
    r"\d|[\s.,:;|/–—-])++",
    re.IGNORECASE,
)
"""Nothing but words of time."""
_STAMPED = re.compile(r"\b(?:updated|published|posted|modified)\b|\d:\d\d", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?] ")
_FORM = re.compile(r"sign up (?:to|for) .{1,400}\bby submitting your information you agree\b", re.IGNORECASE)
_MAX_FORM_CHARS = 800
_RIGHTS = re.compile(r"\ball rights reserved\b", re.IGNORECASE)


def is_boilerplate(line: str) -> bool:
    """Return whether the line, without white space around it, is a site's own and not the article's."""
    if len(line) > _MAX_CHARS:
        return len(line) <= _MAX_FORM_CHARS and _FORM.match(line) is not None
    return _BOILERPLATE.match(line) is not None or _RIGHTS.search(line) is not None or _is_time_stamp(line)


def label_chars(line: str) -> int:
    """Return how many characters of the line are a label in front of its words, as "AI-assisted summary" is."""
    label = _LABEL.match(line)
    return label.end() if label is not None else 0


def gallery_end_chars(line: str) -> int:
    """Return how many characters at the end of a line of captions are a gallery's own: who took the last picture, its
    name and its buttons."""
    if not line.endswith(" Prev Next"):
        return 0
    return len(line) - max((found.end() for found in _SENTENCE_END.finditer(line)), default=0)


def _is_time_stamp(line: str) -> bool:
    """Return whether a line only tells when a page was put up or changed; a bare date may head what follows."""
    return _WHEN.fullmatch(line) is not None and _STAMPED.search(line) is not None
