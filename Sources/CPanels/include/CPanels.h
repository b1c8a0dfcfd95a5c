// Matrix products on panels, and the ways into that layout.
//
// A panel holds 32 columns of a matrix (inner, columns) over which a product sums `inner` values.
// Its unit is one step of the sum, 4 bytes a column: a float, or two consecutive bfloat16, which
// is what VDPBF16PS multiplies. A panel is an array of steps, each of 32 units:
//
//     float     panel[inner][32]
//     bfloat16  panel[(inner + 1) / 2][32][2]   the value after the last one is 0
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum { panel_columns = 32, panel_step_bytes = 128 };

/// c = base + a · b for the columns of one panel.
typedef struct {
  /// (rows, columns): Float32; bfloat16 if a and b are and there is no base. Elements from one row to the next.
  void *c;
  int64_t c_stride;
  bool c_is_bfloat16;
  /// (rows, columns), Float32; NULL for zeros; may be `c`.
  const float *base;
  int64_t base_stride;
  /// The units of a: bytes from one row to the next, and from one step to the next.
  const void *a;
  int64_t a_row, a_step;
  /// One panel, and the bytes from one step to the next.
  const void *b;
  int64_t b_step;
  /// What will be read after this panel: two lines of each step are fetched meanwhile.
  const void *next;
  int64_t next_step;
  /// Lines, one after the other, that the steps fetch which those of `next` leave.
  const void *later, *later_end;
  int64_t steps, rows;
  /// At most 32.
  int64_t columns;
} panel_product;

void panel_product_float32(panel_product product);

/// Sums in Float32; only where `panels_have_bfloat16()`.
void panel_product_bfloat16(panel_product product);

/// Whether this CPU multiplies bfloat16.
bool panels_have_bfloat16(void);

/// A row-major matrix to be laid out in panels, of Float32, or of bfloat16 if the panels are.
typedef struct {
  const void *values;
  /// Elements from one row to the next.
  int64_t stride;
  int64_t rows, columns;
  bool is_bfloat16;
} panel_source;

/// Panels, one after the other every `panel_stride` bytes, of bfloat16 or of Float32.
typedef struct {
  void *panels;
  int64_t panel_stride;
  bool is_bfloat16;
  /// They are read when much else has been: rows of bfloat16 are stored past the caches.
  bool is_read_late;
} panel_target;

/// Lays a matrix out whose rows are summed over: (inner, columns). Columns that are missing in the
/// last panel become 0.
void panels_from_rows(panel_target target, panel_source source);

/// Lays a matrix out whose columns are summed over: (columns, inner). Likewise.
void panels_from_columns(panel_target target, panel_source source);
