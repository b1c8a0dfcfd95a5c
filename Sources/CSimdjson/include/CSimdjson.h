// What the readers of JSON lines need, as plain C: simdjson finds the brackets, commas, quotes and scalars of a
// line and validates its UTF-8; the rest is checked here, and strings are decoded only where they are wanted.
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

/// Checks that `bytes` are one JSON value (RFC 8259, at most 1024 levels deep) and notes where its parts are.
/// Returns NULL, or a description of what is wrong (UTF-8 included).
const char *json_parse(json_parser *parser, const uint8_t *bytes, size_t count);

enum json_string_result { json_string_found, json_string_missing, json_string_wrong_type };

/// Where in `bytes`, which were parsed last, the string at `path` stands: between its quotes, escapes as they are.
/// The path is `depth` keys of nested objects, each ended by a zero byte; of equal keys it takes the first.
enum json_string_result json_string_at(
    const json_parser *parser, const uint8_t *bytes, const char *path, size_t depth,
    size_t *start, size_t *length);

/// Decodes the `count` bytes of a string into `target`, which has room for as many; returns how many it became.
size_t json_decode_string(const uint8_t *string, size_t count, uint8_t *target);

#ifdef __cplusplus
}
#endif
