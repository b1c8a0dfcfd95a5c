// Written by Tests/TokenizationTests/Golden/make_characters.py, from tokenizers 0.23.3.

/// The characters that Oniguruma in Hugging Face tokenizers knows otherwise than PCRE2 10.42 does.
///
/// It has Unicode 16, PCRE2 has Unicode 14.
enum NewerCharacters {
  /// Ranges of code points with category, script and flags: A Alphabetic, U Uppercase,
  /// L Lowercase, I Ideographic, H Unified_Ideograph, E Emoji, P Emoji_Presentation,
  /// B Emoji_Modifier_Base.
  static let table = """
    363-36F:Mn:Zinh:A 897:Mn:Arab:A C04:Mn:Telu:A CF3:Mc:Knda:A ECE:Mn:Laoo: F82-F83:Mn:Tibt:A
    10FC:Lm:Geor:AL 1B4E-1B4F:Po:Bali: 1B7F:Po:Bali: 1C89:Lu:Cyrl:AU 1C8A:Ll:Cyrl:AL
    1DD3-1DE6:Mn:Zinh:A 2427-2429:So:Zyyy: 2FFC-2FFF:So:Zyyy: 31E4-31E5:So:Zyyy: 31EF:So:Zyyy:
    A7CB-A7CC:Lu:Latn:AU A7CD:Ll:Latn:AL A7DA:Lu:Latn:AU A7DB:Ll:Latn:AL A7DC:Lu:Latn:AU
    A7F2-A7F4:Lm:Latn:AL AB69:Lm:Latn:AL 105C0-105F3:Lo:Todr:A 10D40-10D49:Nd:Gara:
    10D4A-10D4D:Lo:Gara:A 10D4E:Lm:Gara:A 10D4F:Lo:Gara:A 10D50-10D65:Lu:Gara:AU 10D69:Mn:Gara:A
    10D6A-10D6D:Mn:Gara: 10D6E:Pd:Gara: 10D6F:Lm:Gara:A 10D70-10D85:Ll:Gara:AL 10D8E-10D8F:Sm:Gara:
    10EC2-10EC4:Lo:Arab:A 10EFC:Mn:Arab:A 10EFD-10EFF:Mn:Arab: 11080-11081:Mn:Kthi:A
    1123F-11240:Lo:Khoj:A 11241:Mn:Khoj:A 11380-11389:Lo:Tutg:A 1138B:Lo:Tutg:A 1138E:Lo:Tutg:A
    11390-113B5:Lo:Tutg:A 113B7:Lo:Tutg:A 113B8-113BA:Mc:Tutg:A 113BB-113C0:Mn:Tutg:A
    113C2:Mc:Tutg:A 113C5:Mc:Tutg:A 113C7-113CA:Mc:Tutg:A 113CC-113CD:Mc:Tutg:A 113CE:Mn:Tutg:
    113CF:Mc:Tutg: 113D0:Mn:Tutg: 113D1:Lo:Tutg:A 113D2:Mn:Tutg: 113D3:Lo:Tutg:A
    113D4-113D5:Po:Tutg: 113D7-113D8:Po:Tutg: 113E1-113E2:Mn:Tutg: 116D0-116E3:Nd:Mymr:
    1171E:Mc:Ahom:A 11B00-11B09:Po:Deva: 11BC0-11BE0:Lo:Sunu:A 11BE1:Po:Sunu: 11BF0-11BF9:Nd:Sunu:
    11F00-11F01:Mn:Kawi:A 11F02:Lo:Kawi:A 11F03:Mc:Kawi:A 11F04-11F10:Lo:Kawi:A
    11F12-11F33:Lo:Kawi:A 11F34-11F35:Mc:Kawi:A 11F36-11F3A:Mn:Kawi:A 11F3E-11F3F:Mc:Kawi:A
    11F40:Mn:Kawi:A 11F41:Mc:Kawi: 11F42:Mn:Kawi: 11F43-11F4F:Po:Kawi: 11F50-11F59:Nd:Kawi:
    11F5A:Mn:Kawi: 1342F:Lo:Egyp:A 13439-1343F:Cf:Egyp: 13440:Mn:Egyp: 13441-13446:Lo:Egyp:A
    13447-13455:Mn:Egyp: 13460-143FA:Lo:Egyp:A 16100-1611D:Lo:Gukh:A 1611E-16129:Mn:Gukh:A
    1612A-1612C:Mc:Gukh:A 1612D-1612E:Mn:Gukh:A 1612F:Mn:Gukh: 16130-16139:Nd:Gukh:
    16D40-16D42:Lm:Krai:A 16D43-16D6A:Lo:Krai:A 16D6B-16D6C:Lm:Krai:A 16D6D-16D6F:Po:Krai:
    16D70-16D79:Nd:Krai: 18CFF:Lo:Kits:AI 1B132:Lo:Hira:A 1B155:Lo:Kana:A 1CC00-1CCEF:So:Zyyy:
    1CCF0-1CCF9:Nd:Zyyy: 1CD00-1CEB3:So:Zyyy: 1D2C0-1D2D3:No:Zyyy: 1DF25-1DF2A:Ll:Latn:AL
    1E030-1E06D:Lm:Cyrl:AL 1E08F:Mn:Cyrl:A 1E4D0-1E4EA:Lo:Nagm:A 1E4EB:Lm:Nagm:A
    1E4EC-1E4EF:Mn:Nagm: 1E4F0-1E4F9:Nd:Nagm: 1E5D0-1E5ED:Lo:Onao:A 1E5EE-1E5EF:Mn:Onao:
    1E5F0:Lo:Onao:A 1E5F1-1E5FA:Nd:Onao: 1E5FF:Po:Onao: 1F6DC:So:Zyyy:EP 1F774-1F776:So:Zyyy:
    1F77B-1F77F:So:Zyyy: 1F7D9:So:Zyyy: 1F8B2-1F8BB:So:Zyyy: 1F8C0-1F8C1:So:Zyyy:
    1FA75-1FA77:So:Zyyy:EP 1FA87-1FA89:So:Zyyy:EP 1FA8F:So:Zyyy:EP 1FAAD-1FAAF:So:Zyyy:EP
    1FABB-1FABF:So:Zyyy:EP 1FAC6:So:Zyyy:EP 1FACE-1FACF:So:Zyyy:EP 1FADA-1FADC:So:Zyyy:EP
    1FADF:So:Zyyy:EP 1FAE8-1FAE9:So:Zyyy:EP 1FAF7-1FAF8:So:Zyyy:EPB 1FBCB-1FBEF:So:Zyyy:
    2B739:Lo:Hani:AIH 2EBF0-2EE5D:Lo:Hani:AIH 31350-323AF:Lo:Hani:AIH
    """

  /// The codes of the scripts in the table, by name.
  static let scripts = """
    ahom=Ahom arabic=Arab balinese=Bali cyrillic=Cyrl devanagari=Deva egyptianhieroglyphs=Egyp
    garay=Gara georgian=Geor gurungkhema=Gukh han=Hani hiragana=Hira katakana=Kana kawi=Kawi
    khojki=Khoj khitansmallscript=Kits kannada=Knda kiratrai=Krai kaithi=Kthi lao=Laoo latin=Latn
    myanmar=Mymr nagmundari=Nagm olonal=Onao sunuwar=Sunu telugu=Telu tibetan=Tibt todhri=Todr
    tulutigalari=Tutg inherited=Zinh common=Zyyy
    """
}
