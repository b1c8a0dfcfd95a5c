"""HTML, Mallard and DocBook to plain text, without the navigation around it."""
import html.parser
import re

BLOCKS = set("""p div br li ul ol dl dt dd tr table h1 h2 h3 h4 h5 h6 pre blockquote section title
    steps item note list terms media figure hr article header caption desc para subtitle
    sect1 sect2 sect3 listitem varlistentry term simplesect variablelist""".split())
SKIPPED = set("""script style head nav svg info footer noscript button form articleinfo screenshot
    mediaobject prolog colophon""".split())
EMPTY = set("br hr img meta link input col area base wbr embed source param xref".split())
# Elements with one of these classes (or this id) are not the page's own text.
NAVIGATION = set("""navheader navfooter nav_header nav_footer navigation sphinxsidebar related nav
    footer toc TOC toctree-wrapper breadcrumb breadcrumbs bottom bottomlang toplang langs qview menu
    menubar headerlink copiable-link mobile-header copyright copyrightlabel legalnotice revhistory
    subnav sidebar element_toc related-pages nav-panel tableofcontents settingsholder path
    page-header page_header searchbox""".split())
HEADING_START, HEADING_END = "\x01", "\x02"


class _Text(html.parser.HTMLParser):
    """Collects text; headings named in `headings` are set between the two marks."""

    def __init__(self, headings: frozenset):
        super().__init__(convert_charrefs=True)
        self.parts, self.headings = [], headings
        self.verbatim = 0  # open <pre>
        self.skipped = []  # open elements inside one that is left out, itself first

    def handle_starttag(self, tag, attributes):
        if self.skipped:
            if tag == self.skipped[0]:
                self.skipped.append(tag)
            return
        if tag not in EMPTY and self.is_navigation(tag, dict(attributes)):
            self.skipped.append(tag)
            return
        self.verbatim += tag == "pre"
        if tag in BLOCKS:
            self.parts.append("\n")
        if tag in self.headings:
            self.parts.append(HEADING_START)
        if tag == "li":
            self.parts.append("- ")
        if tag in ("td", "th"):
            self.parts.append(" ")

    def handle_startendtag(self, tag, attributes):
        if tag in BLOCKS and not self.skipped:
            self.parts.append("\n")

    def handle_endtag(self, tag):
        if self.skipped:
            if tag == self.skipped[0]:
                self.skipped.pop()
            return
        if tag in EMPTY:
            return
        if tag == "pre" and self.verbatim:
            self.verbatim -= 1
        if tag in self.headings:
            self.parts.append(HEADING_END)
        if tag in BLOCKS:
            self.parts.append("\n\n" if tag in ("p", "para") else "\n")

    def handle_data(self, data):
        if not self.skipped:
            self.parts.append(data if self.verbatim else re.sub(r"\s+", " ", data))

    def updatepos(self, start, end):
        return end  # lines and columns, which nobody asks for, are a tenth of the time

    @staticmethod
    def is_navigation(tag, attributes):
        if tag in SKIPPED:
            return True
        names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}".split()
        return tag not in ("html", "body") and not NAVIGATION.isdisjoint(names)


def main_part(page: str) -> str:
    """What the page itself calls its main part, if it does; Sphinx pages are mostly menu."""
    start = re.search(r'<(?:article|div|main|section)\b[^>]*role="main"[^>]*>', page)
    if not start:
        return page
    rest = page[start.end():]
    end = re.search(r'</article>|</main>|<footer\b|<div class="sphinxsidebar"', rest)
    return rest[:end.start()] if end else rest


LIST = re.compile(r"(?i)<(/?)ul(?=[\s/>])")


def with_empty_contents(page: str) -> str:
    """The page without what stands in its lists of contents.

    The parser goes past it tag by tag, and on each page of some manuals stand all of their headings.
    """
    pieces, place = [], 0
    for start in re.finditer('<ul class="toc">', page):
        if start.start() < place:
            continue
        open_lists = 1
        for tag in LIST.finditer(page, start.end()):
            open_lists += -1 if tag[1] else 1
            if open_lists == 0:
                if "<!--" not in page[start.end():tag.start()]:
                    pieces.append(page[place:start.end()])
                    place = tag.start()
                break
    return "".join([*pieces, page[place:]])


def text_of(page: str, headings=frozenset()) -> str:
    parser = _Text(frozenset(headings))
    parser.feed(with_empty_contents(main_part(page)))
    parser.close()
    return "".join(parser.parts)


def tidy(text: str) -> str:
    """One kind of line end and space, no space at ends of lines, one empty line at most."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ").replace("\xad", "")
    text = text.replace("\u200b", "").replace("\ufeff", "").replace("¶", "")
    text = re.sub(r"[ \t\f]+\n", "\n", text)
    text = re.sub(r"\n[ ](?=\S)", "\n", text)
    text = re.sub(r"\n-\s*\n\s*", "\n- ", text)  # items that hold a paragraph
    return re.sub(r"\n{3,}", "\n\n", text).strip()
