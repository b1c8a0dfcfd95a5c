import gzip
import struct
import unittest

import support  # noqa: F401  (makes data/corpus importable)
from languages import LANGUAGES, only
from readers import READERS

ENGLISH = "This is the paragraph that nobody has translated, and it is for you to see."
TEXTS = {
    "Arabic": "هذا نص باللغة العربية مع كلمة Debian فيه.",
    "Chinese": "这是一段中文文本，里面有 Debian 这个词，并且它比四十个字符还要长，所以它不会被当作日语的标题。",
    "English": "It is the first of the pages that you can see here.",
    "French": "Cette page est une des premières que vous pouvez lire dans le manuel.",
    "German": "Das ist die erste Seite, und sie ist nicht mit den anderen zu lesen.",
    "Greek": "Αυτή είναι μια παράγραφος με τη λέξη Debian.",
    "Japanese": "これは Debian という言葉を含む日本語の段落です。この段落は四十文字よりも長いはずです。",
    "Khmer": "នេះជាអត្ថបទជាភាសាខ្មែរ។",
    "Korean": "이것은 한국어로 쓴 문단입니다.",
    "Russian": "Это абзац на русском языке со словом Debian.",
    "Spanish": "Esta es una de las páginas que se puede leer en el manual para los usuarios.",
    "Vietnamese": "Đây là một trang của sách này và bạn có thể đọc những trang khác.",
}


class Languages(unittest.TestCase):
    def test_each_language_keeps_its_own_paragraph_and_no_other(self):
        self.assertEqual(set(TEXTS), LANGUAGES)
        everything = "\n\n".join(TEXTS.values())
        for language, text in TEXTS.items():
            self.assertEqual(only(language, everything), text)

    def test_untranslated_paragraphs_code_and_numbers_are_left_out(self):
        for language, text in TEXTS.items():
            rest = "" if language == "English" else "\n\n" + ENGLISH
            page = f"{text}\n\n\n\nint main(void) {{ return 0; }}\n\n12.5{rest}\n\n{text}"
            self.assertEqual(only(language, page), f"{text}\n\n{text}", language)

    def test_a_language_of_the_same_script_is_another_one(self):
        self.assertEqual(only("Russian", "Це абзац українською мовою з її літерами."), "")
        self.assertEqual(only("Arabic", "این یک بند فارسی است که حرف پ دارد."), "")
        self.assertEqual(only("Chinese", TEXTS["Japanese"]), "")
        self.assertEqual(only("Japanese", TEXTS["Chinese"]), "")
        self.assertEqual(only("Japanese", "目次"), "目次")  # a heading


def read(reader, data, name="file"):
    return list(READERS[reader](name, {name: data}))


class Manuals(unittest.TestCase):
    PAGE = r'''.\" a remark
.TH LS 1 "2023"
.SH BEZEICHNUNG
ls \- Verzeichnisinhalte
auflisten
.SH "ÜBERSICHT ÜBER ALLES"
.B ls
[\fIOPTION\fP]
.BR ls (1),
.PP
Der \(lqerste\(rq Absatz\&, \f(CWhier\f[] und \[u00DC]ber\~uns.
.TP
\fB\-\-alle\fR
.nf
ls -l
.fi
Danach.
'''

    def test_paragraphs_of_a_manual_page_without_its_examples(self):
        expected = ["BEZEICHNUNG", "ls - Verzeichnisinhalte auflisten", "ÜBERSICHT ÜBER ALLES",
                    "ls [OPTION] ls(1),", "Der “erste” Absatz, hier und Über uns.", "--alle",
                    "Danach."]
        self.assertEqual(read("manual", self.PAGE.encode()), ["\n\n".join(expected)])
        packed = gzip.compress(self.PAGE.encode("latin-1", "replace"), mtime=0)
        self.assertEqual(len(read("manual", packed, "ls.1.gz")), 1)

    def test_sentences_of_a_message_catalogue(self):
        pairs = [(b"", b"Content-Type: text/plain; charset=UTF-8, long enough"),
                 (b"Open", "~Öffnen".encode()),
                 (b"a", "Die ~Datei <b>wurde</b> nicht gefunden.".encode()),
                 (b"b\0bs", "Ein Eintrag wurde gelöscht.\0%d Einträge wurden gelöscht.".encode()),
                 (b"c", "Ein Eintrag wurde gelöscht.".encode())]
        sentences = ["Die Datei wurde nicht gefunden.", "Ein Eintrag wurde gelöscht."]
        self.assertEqual(read("catalogue", catalogue(pairs)), ["\n\n".join(sentences)])

    def test_what_is_no_catalogue_of_this_byte_order_is_left_alone(self):
        self.assertEqual(read("catalogue", bytes(28)), [])


def catalogue(pairs):
    """The bytes of a .mo file."""
    count = len(pairs)
    strings, offset = b"", 28 + 16 * count
    tables = [b"", b""]
    for which in (0, 1):
        for pair in pairs:
            tables[which] += struct.pack("<2I", len(pair[which]), offset + len(strings))
            strings += pair[which] + b"\0"
    return (struct.pack("<7I", 0x950412DE, 0, count, 28, 28 + 8 * count, 0, 0) + tables[0]
            + tables[1] + strings)


if __name__ == "__main__":
    unittest.main()
