#include "CPanels.h"
#include "Lanes.h"

/// The elements [column, column + 16) of a row as units: floats, or rounded to bfloat16 in their
/// lower halves; 0 past the end.
LANES_FUNCTION uint32_lanes row_units(
    const panel_source *s, int64_t row, int64_t column, bool to_bfloat16) {
  const int64_t left = s->columns - column;
  if (row >= s->rows || left <= 0) return (uint32_lanes){0};
  const int64_t at = row * s->stride + column;
  if (s->is_bfloat16) {
    uint16_lanes x = {0};
    const uint16_t *values = (const uint16_t *)s->values + at;
    if (left >= 16) x = LOAD(uint16_lanes, values);
    else memcpy(&x, values, left * sizeof(uint16_t));
    return __builtin_convertvector(x, uint32_lanes);
  }
  float_lanes x = {0};
  const float *values = (const float *)s->values + at;
  if (left >= 16) x = LOAD(float_lanes, values);
  else memcpy(&x, values, left * sizeof(float));
  return to_bfloat16 ? __builtin_convertvector(lanes_bfloat16(x), uint32_lanes) : (uint32_lanes)x;
}

typedef uint16_t all __attribute__((ext_vector_type(32)));

/// Stores past the caches; what ends a task, an atomic operation, makes it seen by all threads.
#define STREAM(address, value) __builtin_nontemporal_store(value, (all *)(address))

LANES_FUNCTION void put_step(char *to, all left, all right, bool is_read_late) {
  if (is_read_late) {
    STREAM(to, left);
    STREAM(to + 64, right);
  } else {
    STORE(to, left);
    STORE(to + 64, right);
  }
}

/// Two rows of 32 bfloat16 as one step.
LANES_FUNCTION void interleave(
    char *to, const uint16_t *first, const uint16_t *second, bool is_read_late) {
  const all a = LOAD(all, first), b = LOAD(all, second);
  const all left = __builtin_shufflevector(
      a, b, 0, 32, 1, 33, 2, 34, 3, 35, 4, 36, 5, 37, 6, 38, 7, 39,
      8, 40, 9, 41, 10, 42, 11, 43, 12, 44, 13, 45, 14, 46, 15, 47);
  const all right = __builtin_shufflevector(
      a, b, 16, 48, 17, 49, 18, 50, 19, 51, 20, 52, 21, 53, 22, 54, 23, 55,
      24, 56, 25, 57, 26, 58, 27, 59, 28, 60, 29, 61, 30, 62, 31, 63);
  put_step(to, left, right, is_read_late);
}

/// 32 floats as one step.
LANES_FUNCTION void copy_step(char *to, const float *values, bool is_read_late) {
  put_step(to, LOAD(all, values), LOAD(all, values + 16), is_read_late);
}

// Rows are read once and in order: they may come from memory.
void panels_from_rows(panel_target target, panel_source source) {
  const bool pairs = target.is_bfloat16;
  const int64_t whole =
      source.is_bfloat16 == pairs ? source.columns / panel_columns * panel_columns : 0;
  char *step = target.panels;
  for (int64_t row = 0; row < source.rows; row += pairs ? 2 : 1, step += panel_step_bytes) {
    char *to = step;
    int64_t column = 0;
    if (row + 1 < source.rows && pairs) {
      const uint16_t *values = (const uint16_t *)source.values + row * source.stride;
      for (; column < whole; column += panel_columns, to += target.panel_stride)
        interleave(to, values + column, values + source.stride + column, target.is_read_late);
    } else if (!pairs) {
      const float *values = (const float *)source.values + row * source.stride;
      for (; column < whole; column += panel_columns, to += target.panel_stride)
        copy_step(to, values + column, target.is_read_late);
    }
    for (; column < source.columns; column += panel_columns, to += target.panel_stride) {
      for (int half = 0; half < 2; half++) {
        uint32_lanes x = row_units(&source, row, column + 16 * half, pairs);
        if (pairs) x |= row_units(&source, row + 1, column + 16 * half, pairs) << 16;
        STORE(to + 64 * half, x);
      }
    }
  }
}

/// 16 units of a row from step `step` on: floats, or pairs of bfloat16; 0 past the end.
LANES_FUNCTION uint32_lanes step_units(
    const panel_source *s, int64_t row, int64_t step, bool pairs) {
  if (row >= s->rows) return (uint32_lanes){0};
  if (!pairs) return row_units(s, row, step, false);
  const int64_t column = 2 * step;
  if (s->is_bfloat16 && column + 32 <= s->columns)
    return LOAD(uint32_lanes, (const uint16_t *)s->values + row * s->stride + column);
  const uint32_lanes first = row_units(s, row, column, true);
  const uint32_lanes second = row_units(s, row, column + 16, true);
  const uint16_lanes low = __builtin_convertvector(first, uint16_lanes);
  const uint16_lanes high = __builtin_convertvector(second, uint16_lanes);
  return (uint32_lanes)__builtin_shufflevector(
      low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
      16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31);
}

/// Exchanges rows and columns of 16 × 16 units: in each round, blocks of half the size.
LANES_FUNCTION void transpose(uint32_lanes m[16]) {
#define ROUND(distance, first, second)                                                  \
  _Pragma("clang loop unroll(full)") for (int i = 0; i < 16; i++) {                     \
    if (i & (distance)) continue;                                                       \
    const uint32_lanes a = m[i], b = m[i + (distance)];                                 \
    m[i] = first(a, b);                                                                 \
    m[i + (distance)] = second(a, b);                                                   \
  }
#define PICK(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#define LOW8(a, b) PICK(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23)
#define HIGH8(a, b) PICK(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31)
#define LOW4(a, b) PICK(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27)
#define HIGH4(a, b) PICK(a, b, 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31)
#define LOW2(a, b) PICK(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29)
#define HIGH2(a, b) PICK(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31)
#define LOW1(a, b) PICK(a, b, 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30)
#define HIGH1(a, b) PICK(a, b, 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31)
  ROUND(8, LOW8, HIGH8)
  ROUND(4, LOW4, HIGH4)
  ROUND(2, LOW2, HIGH2)
  ROUND(1, LOW1, HIGH1)
}

void panels_from_columns(panel_target target, panel_source source) {
  const bool pairs = target.is_bfloat16;
  const int64_t steps = pairs ? (source.columns + 1) / 2 : source.columns;
  for (int64_t row = 0; row < (source.rows + 31) / 32 * 32; row += 16) {
    char *to = (char *)target.panels + row / panel_columns * target.panel_stride
        + row % panel_columns * 4;
    for (int64_t step = 0; step < steps; step += 16) {
      uint32_lanes m[16];
      for (int i = 0; i < 16; i++) m[i] = step_units(&source, row + i, step, pairs);
      transpose(m);
      for (int i = 0; i < 16 && step + i < steps; i++)
        STORE(to + (step + i) * panel_step_bytes, m[i]);
    }
  }
}
