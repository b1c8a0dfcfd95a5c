#include "CSimdjson.h"

#include <new>
#include <string_view>

#include <simdjson.h>

using namespace simdjson;

struct json_parser {
  dom::parser parser;
  dom::element root;
};

json_parser *json_parser_create(void) { return new (std::nothrow) json_parser; }

void json_parser_destroy(json_parser *parser) { delete parser; }

// The whole value is parsed, not only what will be asked for: a malformed line must not pass.
const char *json_parse(json_parser *parser, const uint8_t *bytes, size_t count) {
  auto error = parser->parser.parse(bytes, count).get(parser->root);
  return error ? error_message(error) : nullptr;
}

enum json_string_result json_string_at(
    const json_parser *parser, const char *path, size_t depth,
    const char **string, size_t *length) {
  dom::element value = parser->root;
  for (size_t level = 0; level < depth; ++level) {
    std::string_view key(path);
    path += key.size() + 1;
    auto error = value.at_key(key).get(value);
    if (error == INCORRECT_TYPE && level > 0) return json_string_wrong_type;
    if (error) return json_string_missing;
  }
  std::string_view view;
  if (value.get(view)) return json_string_wrong_type;
  *string = view.data();
  *length = view.size();
  return json_string_found;
}
