// The parts of simdjson that the readers of JSON lines need, as plain C.
#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A parser with its buffers, to be used by one thread at a time.
typedef struct json_parser json_parser;

json_parser *json_parser_create(void);
void json_parser_destroy(json_parser *parser);

/// Parses one JSON value. Returns NULL, or a description of what is wrong (UTF-8 included).
const char *json_parse(json_parser *parser, const uint8_t *bytes, size_t count);

enum json_string_result { json_string_found, json_string_missing, json_string_wrong_type };

/// The string at `path` in what was parsed last; valid until the next parse.
/// The path is `depth` keys of nested objects, each ended by a zero byte.
enum json_string_result json_string_at(
    const json_parser *parser, const char *path, size_t depth,
    const char **string, size_t *length);

#ifdef __cplusplus
}
#endif
