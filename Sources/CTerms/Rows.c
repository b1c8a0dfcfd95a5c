#include "CTerms.h"
#include <string.h>

// As in CLanes.h: no wide value passes through the ABI that the warning is about.
#pragma clang diagnostic ignored "-Wpsabi"

typedef float lanes __attribute__((ext_vector_type(16)));

static inline lanes load(const float *address) {
  lanes x;
  memcpy(&x, address, sizeof x);
  return x;
}

static inline void store(float *address, lanes x) { memcpy(address, &x, sizeof x); }

void terms_add_rows(
    const float *matrix, size_t width, const int32_t *indices, const float *weights, size_t count,
    float *sum) {
  size_t column = 0;
  // Four registers of sums at a time; the rows that come are fetched early.
  for (; column + 64 <= width; column += 64) {
    lanes a = load(sum + column), b = load(sum + column + 16);
    lanes c = load(sum + column + 32), d = load(sum + column + 48);
    for (size_t i = 0; i < count; i++) {
      if (i + 8 < count) {
        const float *next = matrix + (size_t)indices[i + 8] * width + column;
        for (int line = 0; line < 4; line++) __builtin_prefetch(next + 16 * line);
      }
      const float *row = matrix + (size_t)indices[i] * width + column;
      const float weight = weights[i];
      a += weight * load(row);
      b += weight * load(row + 16);
      c += weight * load(row + 32);
      d += weight * load(row + 48);
    }
    store(sum + column, a);
    store(sum + column + 16, b);
    store(sum + column + 32, c);
    store(sum + column + 48, d);
  }
  for (; column < width; column += 16) {
    lanes a = load(sum + column);
    for (size_t i = 0; i < count; i++)
      a += weights[i] * load(matrix + (size_t)indices[i] * width + column);
    store(sum + column, a);
  }
}

void terms_add_gram(const float *y, size_t rows, size_t width, double *gram) {
  for (size_t r = 0; r < rows; r++) {
    const float *row = y + r * width;
    for (size_t i = 0; i < width; i++) {
      const double x = row[i];
      double *target = gram + i * width;
      for (size_t j = i; j < width; j++) target[j] += x * row[j];
    }
  }
}

void terms_multiply(
    const float *y, size_t rows, size_t width, size_t count, const float *m, size_t columns,
    float *product) {
  for (size_t r = 0; r < rows; r++) {
    for (size_t column = 0; column < columns; column += 16) {
      lanes sum = 0;
      for (size_t i = 0; i < count; i++) sum += y[r * width + i] * load(m + i * columns + column);
      store(product + r * columns + column, sum);
    }
  }
}
