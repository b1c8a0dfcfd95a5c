#include "CTerms.h"
#include <string.h>

enum { separator = 0, letter, digit, sign, wide };

static uint8_t class_of(uint8_t byte) {
  if (byte >= 0xe3 && byte <= 0xe9) return wide;
  if (byte >= 0x80 || (byte | 0x20) - 'a' < 26u) return letter;
  if (byte - '0' < 10u) return digit;
  return byte > ' ' && byte != 0x7f ? sign : separator;
}

static uint8_t classes[256];

__attribute__((constructor)) static void fill_classes(void) {
  for (int byte = 0; byte < 256; byte++) classes[byte] = class_of((uint8_t)byte);
}

/// FNV-1a's step; ASCII letters lose their case.
static inline uint64_t hash_of(uint64_t hash, uint8_t byte) {
  const uint8_t lower = byte - 'A' < 26u ? byte | 0x20 : byte;
  return (hash ^ lower) * 0x100000001b3u;
}

static inline uint32_t bucket_of(uint64_t hash) {
  return (uint32_t)(((hash ^ hash >> 32) * 0x9e3779b97f4a7c15u) >> (64 - terms_bucket_bits));
}

/// The term at `start`, where no separator is.
static inline found_term term_at(const uint8_t *text, size_t count, size_t start) {
  uint64_t hash = 0xcbf29ce484222325u;
  size_t end = start;
  switch (classes[text[start]]) {
  case letter:
    do hash = hash_of(hash, text[end++]);
    while (end < count && classes[text[end]] == letter);
    break;
  case wide:
    // The character's first byte, and at most two that go on.
    do hash = hash_of(hash, text[end++]);
    while (end < count && end < start + 3 && (text[end] & 0xc0) == 0x80);
    break;
  case digit: hash = hash_of(hash, '0'), end++; break;
  default: hash = hash_of(hash, text[end++]); break;
  }
  return (found_term){bucket_of(hash), start, end};
}

found_term terms_next(const uint8_t *text, size_t count, size_t start) {
  while (start < count && classes[text[start]] == separator) start++;
  if (start == count) return (found_term){UINT32_MAX, count, count};
  return term_at(text, count, start);
}

size_t terms_count(
    const uint8_t *text, size_t count, const int32_t *rows, uint16_t *counts, int32_t *touched) {
  size_t found = 0;
  for (size_t position = 0; position < count;) {
    if (classes[text[position]] == separator) {
      position++;
      continue;
    }
    const found_term term = term_at(text, count, position);
    position = term.end;
    const int32_t row = rows[term.bucket];
    if (row < 0) continue;
    const uint16_t before = counts[row];
    if (before == 0) touched[found++] = row;
    counts[row] = before == UINT16_MAX ? before : before + 1;
  }
  return found;
}
