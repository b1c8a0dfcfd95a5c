// Decodes the escapes of JSON strings whose UTF-8 is valid.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

/// What stands for each character that follows a backslash; 0 for those that may not, and for `u`.
struct EscapeTable {
  alignas(64) uint8_t meaning[128] = {};
  constexpr EscapeTable() {
    meaning['"'] = '"', meaning['\\'] = '\\', meaning['/'] = '/';
    meaning['b'] = '\b', meaning['f'] = '\f', meaning['n'] = '\n', meaning['r'] = '\r', meaning['t'] = '\t';
  }
};
static constexpr EscapeTable escapes;

/// Where a string is read and where its decoded bytes go; at most as many are written as were read.
struct StringPlace {
  const uint8_t *next;
  const uint8_t *end;
  /// Stays as it is where a string is only checked.
  uint8_t *target;
};

/// One escape after another. The functions return false at an escape that is not valid.
template <bool writes> struct EscapeDecoder : StringPlace {
  explicit EscapeDecoder(StringPlace place) : StringPlace(place) {}

  /// Decodes up to `limit`, or behind it if an escape crosses it.
  bool run(const uint8_t *limit) {
    while (next < limit) {
      const auto slash = static_cast<const uint8_t *>(memchr(next, '\\', limit - next));
      const size_t plain = (slash ? slash : limit) - next;
      if (writes) {
        memmove(target, next, plain);
        target += plain;
      }
      next += plain;
      if (slash && !decodeEscape()) return false;
    }
    return true;
  }

private:
  bool decodeEscape() {
    if (end - next < 2 || next[1] >= 0x80) return false;
    if (next[1] == 'u') return decodeScalar();
    const uint8_t meaning = escapes.meaning[next[1]];
    if (writes && meaning) *target++ = meaning;
    next += 2;
    return meaning != 0;
  }

  /// `\uXXXX`, or two of them that are a surrogate pair; half a pair is no character, and an error.
  bool decodeScalar() {
    uint32_t scalar, low;
    if (!decodeUnit(scalar)) return false;
    if (scalar >= 0xD800 && scalar < 0xE000) {
      if (scalar >= 0xDC00 || !decodeUnit(low) || low < 0xDC00 || low >= 0xE000) return false;
      scalar = 0x10000 + ((scalar - 0xD800) << 10) + (low - 0xDC00);
    }
    if (writes) writeUTF8(scalar);
    return true;
  }

  bool decodeUnit(uint32_t &unit) {
    if (end - next < 6 || next[0] != '\\' || next[1] != 'u') return false;
    unit = 0;
    for (int place = 2; place < 6; ++place) {
      const uint8_t digit = next[place], letter = digit | 0x20;
      if (digit >= '0' && digit <= '9') unit = unit << 4 | (digit - '0');
      else if (letter >= 'a' && letter <= 'f') unit = unit << 4 | (letter - 'a' + 10);
      else return false;
    }
    next += 6;
    return true;
  }

  void writeUTF8(uint32_t scalar) {
    if (scalar < 0x80) {
      *target++ = scalar;
    } else if (scalar < 0x800) {
      *target++ = 0xC0 | scalar >> 6;
      *target++ = 0x80 | (scalar & 0x3F);
    } else {
      if (scalar < 0x10000) {
        *target++ = 0xE0 | scalar >> 12;
      } else {
        *target++ = 0xF0 | scalar >> 18;
        *target++ = 0x80 | (scalar >> 12 & 0x3F);
      }
      *target++ = 0x80 | (scalar >> 6 & 0x3F);
      *target++ = 0x80 | (scalar & 0x3F);
    }
  }
};

#if defined(__x86_64__)
#define MDE_AVX512 __attribute__((target("avx512f,avx512bw,avx512vbmi,avx512vbmi2,bmi2,popcnt")))

/// The bytes that a backslash before them escapes, from the backslashes of 64 bytes; `carry`: into the first
/// byte, out of the last. In a run of backslashes every second one is escaped: adding the runs that start at odd
/// places to the backslashes carries to their ends. Source: Langdale and Lemire 2019, arXiv:1902.08318, section 3.1.1.
static inline uint64_t escapedBytes(uint64_t slashes, uint64_t &carry) {
  constexpr uint64_t even = 0x5555555555555555;
  slashes &= ~carry;
  const uint64_t follows = slashes << 1 | carry;
  unsigned long long sum;
  carry = __builtin_uaddll_overflow(slashes & ~even & ~follows, slashes, &sum);
  return (even ^ (uint64_t(sum) << 1)) & follows;
}

/// 64 bytes at a time, without a branch on what they are: escapes come at every line break of a text, too irregularly
/// to be predicted. Bytes with `\u` are left to the other decoder. Needs AVX-512 with VBMI2.
template <bool writes> MDE_AVX512 bool decodeInBlocks(StringPlace &place) {
  const __m512i low = _mm512_load_si512(escapes.meaning), high = _mm512_load_si512(escapes.meaning + 64);
  const uint8_t *next = place.next;
  uint8_t *target = place.target;
  uint64_t carry = 0;
  while (next < place.end) {
    const size_t count = std::min<size_t>(64, place.end - next);
    const uint64_t all = _bzhi_u64(~uint64_t(0), count);
    const __m512i block = _mm512_maskz_loadu_epi8(all, next);
    const uint64_t slashes = _mm512_cmpeq_epi8_mask(block, _mm512_set1_epi8('\\'));
    const uint64_t before = carry;
    const uint64_t escaped = escapedBytes(slashes, carry);
    const __m512i meaning = _mm512_permutex2var_epi8(low, block, high);
    if (escaped & (_mm512_testn_epi8_mask(meaning, meaning) | _mm512_movepi8_mask(block))) {
      EscapeDecoder<writes> decoder({next - before, place.end, target});
      if (!decoder.run(next + count)) return false;
      next = decoder.next;
      target = decoder.target;
      carry = 0;
      continue;
    }
    if (writes) {
      const uint64_t kept = all & ~(slashes & ~escaped);
      const __m512i decoded = _mm512_mask_mov_epi8(block, escaped, meaning);
      const size_t size = _mm_popcnt_u64(kept);
      const __m512i packed = _mm512_maskz_compress_epi8(kept, decoded);
      if (count == 64) _mm512_storeu_si512(target, packed);  // there is room: `target` is not ahead of `next`
      else _mm512_mask_storeu_epi8(target, _bzhi_u64(all, size), packed);
      target += size;
    }
    next += count;
  }
  place = {next, place.end, target};
  return carry == 0;
}
#endif

/// Decodes all of the string; false if an escape in it is not valid.
template <bool writes> bool decodeString(StringPlace &place) {
#if defined(__x86_64__)
  static const bool hasBlocks = __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi")
      && __builtin_cpu_supports("avx512vbmi2");
  if (hasBlocks) return decodeInBlocks<writes>(place);
#endif
  EscapeDecoder<writes> decoder(place);
  const bool isValid = decoder.run(place.end);
  place = decoder;
  return isValid;
}
