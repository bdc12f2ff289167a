#include "protocol/spqr/erasure_code.hpp"

#include <bit>
#include <cstring>

#include "base/check.hpp"

namespace sotto::protocol::spqr {
namespace {

constexpr std::size_t most_points = 36;  // the largest payload's, §4.3

// Lagrange: P(x) = Σ y_i · w_i · Π_{j≠i} (x − x_j), and the weight w_i = 1 / Π_{j≠i} (x_i − x_j) does not depend on x.
template <std::size_t N>
using Weights = std::array<FieldElement, N>;

constexpr void weigh(std::span<const FieldElement> points, std::span<FieldElement> weights) {
  for (std::size_t i = 0; i < points.size(); ++i) {
    FieldElement product = 1;
    for (std::size_t j = 0; j < points.size(); ++j) {
      if (j != i) product = multiply(product, points[i] ^ points[j]);
    }
    weights[i] = inverse(product);
  }
}

template <std::size_t N>
constexpr Weights<N> first_points() {
  Weights<N> points{};
  for (std::size_t i = 0; i < N; ++i) points[i] = static_cast<FieldElement>(i);
  return points;
}

template <std::size_t N>
constexpr Weights<N> weights_of_first_points() {
  Weights<N> weights{};
  weigh(first_points<N>(), weights);
  return weights;
}

std::span<const FieldElement> weights_of_first(std::size_t points) {  // made by the compiler, for the four payloads
  static constexpr auto of_3 = weights_of_first_points<3>();
  static constexpr auto of_5 = weights_of_first_points<5>();
  static constexpr auto of_30 = weights_of_first_points<30>();
  static constexpr auto of_36 = weights_of_first_points<36>();
  switch (points) {
    case 3:
      return of_3;
    case 5:
      return of_5;
    case 30:
      return of_30;
    default:
      CHECK(points == 36);
      return of_36;
  }
}

// A chunk as four words of four lanes, one lane for each of the 16 polynomials.
using Lanes = std::array<std::uint64_t, 4>;

Lanes lanes(const std::uint8_t* chunk) {
  Lanes words;
  std::memcpy(words.data(), chunk, sizeof words);
  return words;
}

std::uint64_t swapped(std::uint64_t word) {  // between big-endian lanes and the machine's
  if constexpr (std::endian::native == std::endian::big) return word;
  constexpr std::uint64_t low = 0x00ff'00ff'00ff'00ff;
  return (word & low) << 8 | (word >> 8 & low);
}

std::uint64_t times_x(std::uint64_t word) {
  constexpr std::uint64_t low_bit = 0x0001'0001'0001'0001;
  return (word << 1 & ~low_bit) ^ (word >> 15 & low_bit) * 0x100b;
}

void add(Lanes& sum, const Lanes& value) {
  for (std::size_t word = 0; word < sum.size(); ++word) sum[word] ^= value[word];
}

// Σ coefficient_i · chunk_i for all lanes at once. What has the same two bits of a coefficient in common is added up
// first; then bit by bit from the top, like Horner.
base::Bytes<chunk_size> combined(std::span<const FieldElement> coefficients, std::span<const Lanes> values) {
  std::array<std::array<Lanes, 4>, 8> with{};  // these two bits in this place
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (std::size_t place = 0; place < with.size(); ++place) {
      add(with[place][coefficients[i] >> 2 * place & 3], values[i]);
    }
  }
  Lanes sum{};
  for (std::size_t bit = 16; bit-- > 0;) {
    Lanes plane = with[bit / 2][3];
    add(plane, with[bit / 2][bit % 2 + 1]);
    for (std::size_t word = 0; word < sum.size(); ++word) sum[word] = times_x(sum[word]) ^ swapped(plane[word]);
  }
  for (std::uint64_t& word : sum) word = swapped(word);
  base::Bytes<chunk_size> chunk;
  std::memcpy(chunk.data(), sum.data(), chunk.size());
  return chunk;
}

// The points' polynomials at x, which is none of the points.
base::Bytes<chunk_size> interpolated(std::span<const FieldElement> points, std::span<const FieldElement> weights,
                                     std::span<const Lanes> values, FieldElement x) {
  std::array<FieldElement, most_points> coefficients;
  FieldElement before = 1;
  for (std::size_t i = 0; i < points.size(); ++i) {
    coefficients[i] = multiply(weights[i], before);
    before = multiply(before, x ^ points[i]);
  }
  FieldElement after = 1;
  for (std::size_t i = points.size(); i-- > 0;) {
    coefficients[i] = multiply(coefficients[i], after);
    after = multiply(after, x ^ points[i]);
  }
  return combined(std::span(coefficients).first(points.size()), values);
}

}  // namespace

Chunk chunk_of(base::View payload, std::uint16_t index) {
  const std::size_t size = payload.size() / chunk_size;
  Chunk chunk{.index = index, .bytes = {}};
  if (index < size) {
    std::ranges::copy(payload.subspan(index * chunk_size, chunk_size), chunk.bytes.begin());
    return chunk;
  }
  static constexpr auto points = first_points<most_points>();
  std::array<Lanes, most_points> values;
  for (std::size_t i = 0; i < size; ++i) values[i] = lanes(payload.data() + i * chunk_size);
  chunk.bytes =
      interpolated(std::span(points).first(size), weights_of_first(size), std::span(values).first(size), index);
  return chunk;
}

void decode(std::span<const Chunk> chunks, std::span<std::uint8_t> payload) {
  const std::size_t size = chunks.size();
  CHECK(size <= most_points && payload.size() == size * chunk_size);
  std::array<bool, most_points> is_there{};
  std::array<FieldElement, most_points> points, weights;
  std::array<Lanes, most_points> values;
  for (std::size_t i = 0; i < size; ++i) {
    points[i] = chunks[i].index;
    values[i] = lanes(chunks[i].bytes.data());
    if (points[i] >= size) continue;
    is_there[points[i]] = true;
    std::ranges::copy(chunks[i].bytes, payload.begin() + points[i] * static_cast<std::ptrdiff_t>(chunk_size));
  }
  const auto missing = size - static_cast<std::size_t>(std::ranges::count(is_there, true));
  if (missing == 0) return;

  weigh(std::span(points).first(size), std::span(weights).first(size));
  for (std::size_t x = 0; x < size; ++x) {
    if (is_there[x]) continue;
    const auto bytes = interpolated(std::span(points).first(size), weights, std::span(values).first(size),
                                    static_cast<FieldElement>(x));
    std::ranges::copy(bytes, payload.begin() + static_cast<std::ptrdiff_t>(x * chunk_size));
  }
}

}  // namespace sotto::protocol::spqr
