"""Which paragraphs are in a language: translations keep some of the original, and code.

A language with a script of its own is told by its letters, the others by their commonest words.
"""
import re

# A class of a language's letters, and one of letters that it has not.
SCRIPTS = {
    "Arabic": ("\u0600-\u06ff\u0750-\u077f", "پچژگ"),  # without the letters of Persian
    "Chinese": ("\u3400-\u4dbf\u4e00-\u9fff", "\u3040-\u30ff"),
    "Greek": ("\u0370-\u03ff\u1f00-\u1fff", ""),
    "Japanese": ("\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff", ""),
    "Khmer": ("\u1780-\u17ff", ""),
    "Korean": ("\uac00-\ud7a3", ""),
    "Russian": ("\u0400-\u04ff", "іїєґў"),  # without those of Ukrainian and Belarusian
}
WORDS = {
    "English": "the of and to is that for with this you are be by it on or an as from can if not",
    "French": "le les des et est une du dans pour que qui vous par sur ne pas avec ce sont au",
    "German": "der die das und ist nicht ein eine sie zu den mit von für werden auf wird im oder "
              "dem kann",
    "Spanish": "el los las una y es en del por para con no se que al como lo si su este puede",
    "Vietnamese": "và của các là không có được cho trong một này bạn để với những khi hay người "
                  "từ đã",
}
LANGUAGES = frozenset(SCRIPTS) | frozenset(WORDS)
KANA = re.compile("[\u3040-\u30ff]")
LONGEST_HEADING = 40  # characters: a longer paragraph of Japanese has kana in it
_words = {name: frozenset(words.split()) for name, words in WORDS.items()}
_scripts = {name: (re.compile(f"[{own}]"), re.compile(f"[{other}]") if other else None)
            for name, (own, other) in SCRIPTS.items()}


def only(language: str, text: str) -> str:
    """The paragraphs (lines) of a text that are in the language, with one empty line at most."""
    is_in = by_script if language in SCRIPTS else by_words
    lines = (line for line in text.split("\n") if not line.strip() or is_in(language, line))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def by_script(language: str, line: str) -> bool:
    """Whether at least half of the letters are of the language, and none is of another."""
    own, other = _scripts[language]
    if other and other.search(line):
        return False
    if language == "Japanese" and len(line) > LONGEST_HEADING and not KANA.search(line):
        return False
    return len(own.findall(line)) >= max(1, len(re.findall("[A-Za-z]", line)))


def by_words(language: str, line: str) -> bool:
    """Whether common words of the language are more than those of each other language.

    So headings without any, and code, are left out.
    """
    words = [word.lower() for word in re.findall(r"[^\W\d_]+", line)]
    hits = {name: sum(word in known for word in words) for name, known in _words.items()}
    return hits.pop(language) > max(hits.values())
