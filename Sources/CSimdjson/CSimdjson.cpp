#include "CSimdjson.h"

#include <algorithm>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include <simdjson.h>

#include "StringDecoder.h"

using namespace simdjson;

static bool is_white(uint8_t byte) { return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t'; }

// A token is a bracket, brace, comma or colon, or the first byte of a string, number or name.
struct json_parser {
  std::unique_ptr<internal::dom_parser_implementation> scanner;
  // Of a token that opens an object or array, the token after its end; of others unused.
  std::vector<uint32_t> after;
  size_t tokens = 0, length = 0;

  size_t start(size_t token) const { return scanner->structural_indexes[token]; }

  // The byte of a token; 0, which starts none, behind the last.
  uint8_t at(const uint8_t *bytes, size_t token) const { return token < tokens ? bytes[start(token)] : 0; }

  // A string's or scalar's bytes, quotes included: only white space lies between them and the next token.
  std::string_view text(const uint8_t *bytes, size_t token) const {
    const size_t first = start(token);
    size_t end = token + 1 < tokens ? start(token + 1) : length;
    while (is_white(bytes[end - 1])) --end;
    return {reinterpret_cast<const char *>(bytes) + first, end - first};
  }
};

namespace {

constexpr size_t deepest = 1024;

bool is_number(std::string_view text) {
  size_t place = 0;
  auto digits = [&] {
    const size_t first = place;
    while (place < text.size() && text[place] >= '0' && text[place] <= '9') ++place;
    return place > first;
  };
  auto take = [&](std::string_view characters) {
    const bool is_there = place < text.size() && characters.find(text[place]) != characters.npos;
    place += is_there;
    return is_there;
  };
  take("-");
  if (!take("0") && !digits()) return false;
  if (take(".") && !digits()) return false;
  if (take("eE")) {
    take("+-");
    if (!digits()) return false;
  }
  return place == text.size();
}

// Checks the grammar that the tokens have to follow.
struct Grammar {
  json_parser &parser;
  const uint8_t *const bytes;
  size_t token = 0;

  bool take(char byte) {
    if (parser.at(bytes, token) != byte) return false;
    ++token;
    return true;
  }

  // The functions say whether the part that starts at `token` is right, and move `token` behind it.
  bool value(size_t depth) {
    switch (parser.at(bytes, token)) {
    case '{': return members(depth, '}', &Grammar::member);
    case '[': return members(depth, ']', &Grammar::value);
    case '"': return string();
    default: return scalar();
    }
  }

  bool members(size_t depth, char end, bool (Grammar::*one)(size_t)) {
    const size_t first = token++;
    if (depth == deepest) return false;
    if (!take(end)) {
      do {
        if (!(this->*one)(depth + 1)) return false;
      } while (take(','));
      if (!take(end)) return false;
    }
    parser.after[first] = uint32_t(token);
    return true;
  }

  bool member(size_t depth) {
    return parser.at(bytes, token) == '"' && string() && take(':') && value(depth);
  }

  bool string() {
    const std::string_view text = parser.text(bytes, token++);
    if (text.size() < 2 || text.back() != '"') return false;
    auto first = reinterpret_cast<const uint8_t *>(text.data()) + 1;
    StringPlace place{first, first + text.size() - 2, nullptr};
    return decodeString<false>(place);
  }

  bool scalar() {
    if (token >= parser.tokens) return false;
    const std::string_view text = parser.text(bytes, token++);
    return text == "null" || text == "true" || text == "false" || is_number(text);
  }
};

std::string_view between_quotes(std::string_view text) { return text.substr(1, text.size() - 2); }

bool is_key(std::string_view key, std::string_view escaped) {
  if (escaped.find('\\') == escaped.npos) return key == escaped;
  std::string decoded(escaped.size(), 0);
  decoded.resize(json_decode_string(
      reinterpret_cast<const uint8_t *>(escaped.data()), escaped.size(), reinterpret_cast<uint8_t *>(decoded.data())));
  return key == decoded;
}

} // namespace

json_parser *json_parser_create(void) {
  auto parser = new (std::nothrow) json_parser;
  if (parser && get_active_implementation()->create_dom_parser_implementation(0, 1, parser->scanner)) {
    delete parser;
    return nullptr;
  }
  return parser;
}

void json_parser_destroy(json_parser *parser) { delete parser; }

const char *json_parse(json_parser *parser, const uint8_t *bytes, size_t count) {
  auto &scanner = *parser->scanner;
  if (count > scanner.capacity()) {
    if (auto error = scanner.set_capacity(std::max(count, 2 * scanner.capacity()))) return error_message(error);
  }
  if (auto error = scanner.stage1(bytes, count, stage1_mode::regular)) return error_message(error);
  parser->tokens = scanner.n_structural_indexes;
  parser->length = count;
  if (parser->after.size() < parser->tokens) parser->after.resize(2 * parser->tokens);
  Grammar grammar{*parser, bytes};
  const bool is_whole = grammar.value(0) && grammar.token == parser->tokens;
  return is_whole ? nullptr : "something is missing, misplaced or misspelled";
}

enum json_string_result json_string_at(
    const json_parser *parser, const uint8_t *bytes, const char *path, size_t depth,
    size_t *start, size_t *length) {
  size_t value = 0;
  for (size_t level = 0; level < depth; ++level) {
    if (parser->at(bytes, value) != '{') return level > 0 ? json_string_wrong_type : json_string_missing;
    const std::string_view key(path);
    path += key.size() + 1;
    const size_t end = parser->after[value] - 1;
    size_t member = value + 1;
    value = 0;
    while (member < end && value == 0) {
      const uint8_t first = parser->at(bytes, member + 2);
      if (is_key(key, between_quotes(parser->text(bytes, member)))) value = member + 2;
      member = (first == '{' || first == '[' ? parser->after[member + 2] : member + 3) + 1;
    }
    if (value == 0) return json_string_missing;
  }
  if (parser->at(bytes, value) != '"') return json_string_wrong_type;
  const std::string_view text = between_quotes(parser->text(bytes, value));
  *start = reinterpret_cast<const uint8_t *>(text.data()) - bytes;
  *length = text.size();
  return json_string_found;
}

size_t json_decode_string(const uint8_t *string, size_t count, uint8_t *target) {
  StringPlace place{string, string + count, target};
  decodeString<true>(place);  // was found valid when the line was parsed
  return place.target - target;
}
