// Tiles of sums that stay in registers, so that the multiply-adds of a step alone fill the time:
// 12 rows of 32 columns in 24 of AVX-512's 32, with two loads and 12 broadcasts a step; 6 rows of 16
// columns in 12 of AVX2's 16, with two loads and six.
#include "CPanels.h"
#include "Lanes.h"

enum { tallest = 12 };

/// How a tile ends: its sums alone, the sums added to `base`, or the sums in bfloat16.
enum ending { plain, added, narrowed };

/// A tile of 32 or 16 columns; the fields are those of `panel_product`.
typedef struct {
  char *c;
  int64_t c_row;  // bytes
  const float *base;
  int64_t base_stride;
  const char *a;
  int64_t a_row, a_step;
  const char *b;
  int64_t b_step;
  const char *next;
  int64_t next_step;
  int64_t steps;
} tile;

#define EACH(i, count) \
  _Pragma("clang loop unroll(full)") for (int i = 0; i < (count); i++)

/// Computes `rows` rows of the product, 16 columns in each of `halves`; at most `MOST` at once.
#define DEFINE_TILE(NAME, TARGET, MOST, SUM, BROADCAST, OPERAND, DOT, NARROW)                 \
  TARGET LANES_FUNCTION void NAME(                                                            \
      const int rows, const int halves, const enum ending ending, const tile *t) {            \
    SUM sums[tallest][MOST];                                                                  \
    const int64_t a_row = t->a_row, a_step = t->a_step, c_row = t->c_row;                     \
    const int64_t b_step = t->b_step, next_step = t->next_step;                               \
    const char *a = t->a, *b = t->b, *next = t->next, *line = t->c;                           \
    const float *base = t->base;                                                              \
    EACH(i, rows) {                                                                           \
      EACH(h, halves) {                                                                       \
        sums[i][h] = (SUM){0};                                                                \
        __builtin_prefetch(line + 64 * h, 1);                                                 \
        if (ending == added) __builtin_prefetch(base + 16 * h);                               \
      }                                                                                       \
      line += c_row;                                                                          \
      if (ending == added) base += t->base_stride;                                            \
    }                                                                                         \
    for (int64_t step = t->steps; step > 0; step--) {                                         \
      OPERAND right[MOST];                                                                    \
      EACH(h, halves) right[h] = LOAD(OPERAND, b + 64 * h);                                   \
      __builtin_prefetch(next, 0, 2);                                                         \
      next += next_step;                                                                      \
      EACH(i, rows) {                                                                         \
        const OPERAND x = BROADCAST(a + i * a_row);                                           \
        EACH(h, halves) sums[i][h] = DOT(sums[i][h], x, right[h]);                            \
      }                                                                                       \
      a += a_step;                                                                            \
      b += b_step;                                                                            \
    }                                                                                         \
    char *c = t->c;                                                                           \
    base = t->base;                                                                           \
    EACH(i, rows) {                                                                           \
      float_lanes total[MOST];                                                                \
      EACH(h, halves) {                                                                       \
        total[h] = (float_lanes)sums[i][h];                                                   \
        if (ending == added) total[h] += LOAD(float_lanes, base + 16 * h);                    \
      }                                                                                       \
      if (ending == added) base += t->base_stride;                                            \
      if (ending == narrowed) NARROW(c, total[0], total[MOST - 1]);                           \
      else EACH(h, halves) STORE(c + 64 * h, total[h]);                                       \
      c += c_row;                                                                             \
    }                                                                                         \
  }                                                                                           \
                                                                                              \
  /* The columns of `rows` rows: 32, or 16 if `is_half`. */                                   \
  TARGET LANES_FUNCTION int64_t NAME##_all(                                                   \
      const int rows, const bool is_half, const enum ending ending, const tile *t) {          \
    NAME(rows, is_half ? 1 : MOST, ending, t);                                                \
    if (MOST == 2 || is_half) return rows;                                                    \
    tile right = *t;                                                                          \
    right.c += 64;                                                                            \
    right.b += 64;                                                                            \
    if (ending == added) right.base += 16;                                                    \
    NAME(rows, 1, ending, &right);                                                            \
    return rows;                                                                              \
  }                                                                                           \
                                                                                              \
  TARGET LANES_FUNCTION int64_t NAME##_next(                                                  \
      const bool is_half, const enum ending ending, const tile *t, int64_t rows) {            \
    if (MOST == 2 && rows >= 12) return NAME##_all(MOST == 2 ? 12 : 1, is_half, ending, t);   \
    if (MOST == 2 && rows >= 8) return NAME##_all(MOST == 2 ? 8 : 1, is_half, ending, t);     \
    if (MOST == 1 && rows >= 6) return NAME##_all(6, is_half, ending, t);                     \
    if (rows >= 4) return NAME##_all(4, is_half, ending, t);                                  \
    if (rows >= 2) return NAME##_all(2, is_half, ending, t);                                  \
    return NAME##_all(1, is_half, ending, t);                                                 \
  }

/// Goes through the rows in tiles. A panel that is narrower than 32 columns is computed beside `c`.
#define DEFINE_PRODUCT(NAME, TARGET, TILE)                                                    \
  TARGET LANES_FUNCTION void NAME##_rows(                                                     \
      const bool is_half, const enum ending ending, const panel_product *p) {                 \
    tile t = {p->c, p->c_stride * (p->c_is_bfloat16 ? 2 : 4), p->base, p->base_stride, p->a,  \
              p->a_row, p->a_step, p->b, p->b_step, p->next, p->next_step, p->steps};         \
    const char *later = p->later;                                                             \
    for (int64_t left = p->rows, done; left > 0; left -= done) {                              \
      done = TILE##_next(is_half, ending, &t, left);                                          \
      if (t.next == p->next) {                                                                \
        t.next += 64;                                                                         \
      } else if (later < (const char *)p->later_end) {                                        \
        t.next = later;                                                                       \
        t.next_step = 64;                                                                     \
        later += 64 * p->steps;                                                               \
      }                                                                                       \
      t.c += done * t.c_row;                                                                  \
      t.a += done * t.a_row;                                                                  \
      if (ending == added) t.base += done * t.base_stride;                                    \
    }                                                                                         \
  }                                                                                           \
                                                                                              \
  TARGET static void NAME##_narrow(const panel_product *p) {                                  \
    float wide[tallest][panel_columns];                                                       \
    for (int64_t row = 0; row < p->rows; row += tallest) {                                    \
      panel_product part = *p;                                                                \
      part.a = (const char *)p->a + row * p->a_row;                                           \
      part.rows = p->rows - row < tallest ? p->rows - row : tallest;                          \
      part.c = wide;                                                                          \
      part.c_stride = panel_columns;                                                          \
      part.c_is_bfloat16 = false;                                                             \
      if (p->columns <= 16) NAME##_rows(true, plain, &part);                                  \
      else NAME##_rows(false, plain, &part);                                                  \
      for (int64_t r = 0; r < part.rows; r++) finish_row(p, row + r, wide[r]);                \
    }                                                                                         \
  }                                                                                           \
                                                                                              \
  TARGET void NAME(panel_product p) {                                                         \
    if (p.columns < panel_columns) NAME##_narrow(&p);                                         \
    else if (p.c_is_bfloat16) NAME##_rows(false, narrowed, &p);                               \
    else if (p.base) NAME##_rows(false, added, &p);                                           \
    else NAME##_rows(false, plain, &p);                                                       \
  }

static void finish_row(const panel_product *p, int64_t row, float sums[panel_columns]) {
  const float *base = p->base ? p->base + row * p->base_stride : NULL;
  for (int64_t column = 0; base && column < p->columns; column++) sums[column] += base[column];
  const int64_t at = row * p->c_stride;
  if (p->c_is_bfloat16) {
    for (int64_t column = 0; column < p->columns; column++)
      ((uint16_t *)p->c)[at + column] = lanes_bfloat16((float_lanes)sums[column])[0];
  } else {
    memcpy((float *)p->c + at, sums, p->columns * sizeof(float));
  }
}

#define BROADCAST_FLOAT(address) ((float_lanes)(LOAD(float, address)))
#if defined(__FMA__) || !defined(__x86_64__)
#define ADD_PRODUCT(sum, x, y) __builtin_elementwise_fma(x, y, sum)
#else
#define ADD_PRODUCT(sum, x, y) ((sum) + (x) * (y))
#endif
#if defined(__AVX512F__)
#define HALVES_FLOAT 2
#else
#define HALVES_FLOAT 1  // 16 registers of 8 floats, or 32 of 4
#endif
#define NEVER(c, low, high) __builtin_unreachable()
DEFINE_TILE(
    tile_float32, , HALVES_FLOAT, float_lanes, BROADCAST_FLOAT, float_lanes, ADD_PRODUCT, NEVER)
DEFINE_PRODUCT(panel_product_float32, , tile_float32)

#if defined(__x86_64__)
#define STORE_NARROWED(c, low, high) STORE(c, _mm512_cvtne2ps_pbh((__m512)high, (__m512)low))
#define BROADCAST_PAIR(address) ((__m512bh)_mm512_set1_epi32(LOAD(int32_t, address)))
DEFINE_TILE(
    tile_bfloat16, BFLOAT16_TARGET, 2, __m512, BROADCAST_PAIR, __m512bh, _mm512_dpbf16_ps,
    STORE_NARROWED)
DEFINE_PRODUCT(panel_product_bfloat16, BFLOAT16_TARGET, tile_bfloat16)

bool panels_have_bfloat16(void) { return __builtin_cpu_supports("avx512bf16"); }
#else
void panel_product_bfloat16(panel_product p) { __builtin_trap(); }
bool panels_have_bfloat16(void) { return false; }
#endif
