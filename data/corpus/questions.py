"""Questions with their answers, out of FAQs, explained messages and diagnostics.

Every document is `Q: question`, an empty line, `A: answer`, as RedPajama writes StackExchange.
"""
import re
from typing import Iterator

from markup import HEADING_END, HEADING_START, text_of, tidy

NUMBER = re.compile(r"^(?:\(?[A-Z]?[-.]?\d+(?:\.\d+)*[.):]*\)?|Q[:.]|Subject:)\s*")


def question(asked: str, answer: str) -> Iterator[str]:
    asked = NUMBER.sub("", re.sub(r"\s+", " ", tidy(asked))).strip()
    answer = re.sub(r"^A(?:nswer)?[:.]\s+", "", tidy(answer))
    if len(asked) > 8 and len(answer) > 60:
        yield f"Q: {asked}\n\nA: {answer}"


def html_faq(page: str) -> Iterator[str]:
    """Every heading is a question."""
    text = text_of(page, headings=("h1", "h2", "h3", "h4", "dt"))
    for part in text.split(HEADING_START)[1:]:
        asked, _, answer = part.partition(HEADING_END)
        yield from question(asked, answer)


def pylint_message(page: str) -> Iterator[str]:
    """A page on one message: its name, and when it is emitted, with wrong and right code."""
    _, _, body = text_of(page, headings=("h1",)).partition(HEADING_START)
    name, _, answer = body.partition(HEADING_END)
    if "placeholder for" in answer:
        return
    answer = re.sub(r"(?m)^(?:Created by the .*|Related links:|Message emitted:"
                    r"|You can help us .*)$", "", answer)
    yield from question(f"What does pylint's message {tidy(name)} mean?", answer)


def pod_faq(text: str) -> Iterator[str]:
    """perlfaq: every =head2 is a question."""
    for part in re.split(r"^=head2 ", text, flags=re.M)[1:]:
        asked, _, answer = part.partition("\n")
        answer = re.split(r"^=head1 ", answer, flags=re.M)[0]
        yield from question(plain_pod(asked), plain_pod(answer))


def pod_messages(text: str) -> Iterator[str]:
    """perldiag: every =item is a message; several in a row share the explanation below them."""
    messages = []
    for part in re.split(r"^=item ", text, flags=re.M)[1:]:
        message, _, explanation = part.partition("\n")
        messages.append(plain_pod(message).strip())
        explanation = re.split(r"^=(?:back|head\d)\b", explanation, flags=re.M)[0]
        if explanation.strip():
            yield from question("What does Perl mean by: " + " / ".join(messages) + "?",
                                plain_pod(explanation))
            messages = []


def plain_pod(text: str) -> str:
    for _ in range(3):  # codes nest
        text = re.sub(r"[BCFILSXZ]<<+\s(.*?)\s>>+", r"\1", text, flags=re.S)
        text = re.sub(r"S<(<--[^<>]*)>", r"\1", text)
        text = re.sub(r"X<[^<>]*>", "", text)
        text = re.sub(r"L<([^<>|]*)\|[^<>]*>", r"\1", text)
        text = re.sub(r"[BCFILSZ]<([^<>]*)>", r"\1", text)
    text = re.sub(r"E<lt>", "<", re.sub(r"E<gt>", ">", re.sub(r"E<sol>", "/", text)))
    return re.sub(r"^=\w+.*\n", "", text, flags=re.M)


def text_faq(text: str) -> Iterator[str]:
    """Numbered or `Q:` questions at the start of a line."""
    start = r"^(?=\s{0,4}(?:Q[:.]|\d+[A-Z]?\.\d+[.)]?\s|Subject:\s|\d+\.\s+[A-Z]).*\n)"
    for part in re.split(start, text, flags=re.M)[1:]:
        asked, _, answer = part.strip("\n").partition("\n")
        yield from question(asked, re.split(r"\n\s*(?:Last modified:|Category: /)", answer)[0])


def markdown_faq(text: str) -> Iterator[str]:
    """An Anarchist FAQ: every heading is a question or a topic."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"[*_]{1,3}(\S[^*_]*\S)[*_]{1,3}", r"\1", text)
    for part in re.split(r"^#{1,3} ", text, flags=re.M)[1:]:
        asked, _, answer = part.partition("\n")
        paragraphs = [re.sub(r"\s*\n\s*", " ", p).strip() for p in re.split(r"\n\s*\n", answer)]
        answer = re.sub(r"\\(.)", r"\1", "\n\n".join(paragraphs))
        yield from question(asked.replace("\\", ""), answer)


def lintian_tag(text: str) -> Iterator[str]:
    """A tag with its explanation: continuation lines start with a space, ` .` is an empty line."""
    fields = dict(re.findall(r"^([\w-]+):[ \t]*(.*(?:\n[ \t].*)*)", text, flags=re.M))
    explanation = re.sub(r"\n[ \t]\.(?=\n|\Z)", "\n<p></p>", fields.get("Explanation", ""))
    asked = f"Lintian reports {fields.get('Tag')} ({fields.get('Severity')}). What is wrong?"
    yield from question(asked, text_of(explanation))
