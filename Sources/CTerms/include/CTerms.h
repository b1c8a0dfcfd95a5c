// Terms of a text, and sums of rows of a matrix: what documents are clustered by.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// The bits of a term's bucket.
enum { terms_bucket_bits = 20 };

/// A term that was found in a text.
typedef struct {
  uint32_t bucket;
  /// The first byte of the term, and the byte after its last.
  size_t start, end;
} found_term;

/// Finds the first term of `text`, (count), at or after byte `start`; its bucket is UINT32_MAX if
/// there is none.
///
/// Terms are words (runs of ASCII letters, without case, and of bytes from 0x80 on), single
/// characters from U+3000 to U+9FFF, digits, all as one, and signs. What separates them is white
/// space and control characters.
found_term terms_next(const uint8_t *text, size_t count, size_t start);

/// Counts the terms of `text`, (count), by rows.
///
///     rows     (2^terms_bucket_bits)  the row of each bucket, or below 0 for none
///     counts   (rows)                 zero before; added to, up to 65535
///     touched  (rows)                 the rows that are counted, in the order they came
///
/// Returns the number of rows touched.
size_t terms_count(
    const uint8_t *text, size_t count, const int32_t *rows, uint16_t *counts, int32_t *touched);

/// Adds weights[i] times row indices[i] of `matrix`, (rows, width), to `sum`, (width), for each of
/// `count` i in their order. The width is a multiple of 16.
void terms_add_rows(
    const float *matrix, size_t width, const int32_t *indices, const float *weights, size_t count,
    float *sum);

/// Adds yᵀ y of `rows` rows of `y`, (rows, width), to `gram`, (width, width), its upper triangle
/// alone. Sums are of doubles.
void terms_add_gram(const float *y, size_t rows, size_t width, double *gram);

/// Stores y m: of y, (rows, count) in rows of `width`, and m, (count, columns). Widths and columns
/// are multiples of 16.
void terms_multiply(
    const float *y, size_t rows, size_t width, size_t count, const float *m, size_t columns,
    float *product);
