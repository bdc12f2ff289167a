#include "protocol/spqr/erasure_code.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "support/counted.hpp"
#include "support/seeded_random.hpp"
#include "support/vectors.hpp"

namespace sotto::protocol::spqr {
namespace {

using boost::json::value;
using test::hex;

boost::json::array recorded(std::string_view name) {
  return test::vectors("spqr/erasure_code.json").as_object().at(name).as_array();
}

FieldElement element(const value& number) { return number.to_number<FieldElement>(); }

// Bit by bit, as the document says it.
FieldElement slow_product(FieldElement left, FieldElement right) {
  std::uint32_t product = 0;
  for (int bit = 0; bit < 16; ++bit) {
    if (right >> bit & 1) product ^= static_cast<std::uint32_t>(left) << bit;
  }
  for (int bit = 30; bit >= 16; --bit) {
    if (product >> bit & 1) product ^= 0x1100bu << (bit - 16);
  }
  return static_cast<FieldElement>(product);
}

TEST(Field, MultipliesAndInvertsAsRecorded) {
  const auto products = recorded("multiply");
  for (const value& one : products) {
    EXPECT_EQ(multiply(element(one.at(0)), element(one.at(1))), element(one.at(2)));
  }
  const auto inverses = recorded("inverse");
  for (const value& one : inverses) EXPECT_EQ(inverse(element(one.at(0))), element(one.at(1)));
  test::expect_all_ran("erasure_code.json multiply", products.size(), 40);
  test::expect_all_ran("erasure_code.json inverse", inverses.size(), 25);
}

RC_GTEST_PROP(Field, MultipliesAsTheDefinition, (FieldElement left, FieldElement right)) {
  RC_ASSERT(multiply(left, right) == slow_product(left, right));
  RC_ASSERT(left == 0 || multiply(left, inverse(left)) == 1);
}

TEST(ErasureCode, CutsPayloadsAsRecorded) {
  const auto cases = recorded("payloads");
  for (const value& one : cases) {
    SCOPED_TRACE(test::text(one, "payload"));
    const base::Blob message = hex(one, "message");
    EXPECT_EQ(message.size(), test::number(one, "length"));
    EXPECT_EQ(message.size() / chunk_size, test::number(one, "chunks_needed"));
    for (const auto& [index, bytes] : one.at("chunks").as_object()) {
      const auto at = static_cast<std::uint16_t>(std::stoul(std::string(index)));
      EXPECT_TRUE(base::same(chunk_of(message, at).bytes, hex(bytes))) << index;
    }
  }
  test::expect_all_ran("erasure_code.json payloads", cases.size(), 8);
}

template <std::size_t N>
void expect_decoded(const value& one) {
  Decoder<N> decoder;
  const auto& chunks = one.at("chunks").as_array();
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    const Chunk chunk{element(chunks[i].at(0)), *base::fixed<32>(hex(chunks[i].at(1)))};
    const auto payload = decoder.add(chunk);
    ASSERT_EQ(payload.has_value(), i + 1 == chunks.size());
    if (payload) {
      EXPECT_TRUE(base::same(*payload, hex(one, "message")));
    }
  }
}

TEST(ErasureCode, JoinsPayloadsAsRecorded) {
  const auto cases = recorded("decode");
  for (const value& one : cases) {
    switch (test::number(one, "length")) {
      case 96:
        expect_decoded<3>(one);
        break;
      case 160:
        expect_decoded<5>(one);
        break;
      case 960:
        expect_decoded<30>(one);
        break;
      case 1152:
        expect_decoded<36>(one);
        break;
      default:
        ADD_FAILURE() << "a payload of another size";
    }
  }
  test::expect_all_ran("erasure_code.json decode", cases.size(), 12);
}

template <std::size_t N>
void any_different_chunks_decode(test::SeededRandom& random) {
  const auto payload = random.bytes<N * chunk_size>();
  Decoder<N> decoder;
  std::set<std::uint16_t> taken;
  while (true) {
    const auto raw = random.bytes<2>();
    // Half of them from the payload itself, half from anywhere.
    const auto index = static_cast<std::uint16_t>(raw[0] < 128 ? raw[1] % N : raw[0] << 8 | raw[1]);
    taken.insert(index);
    const auto decoded = decoder.add(chunk_of(payload, index));
    RC_ASSERT(decoded.has_value() == (taken.size() == N));
    if (!decoded) continue;
    RC_ASSERT(*decoded == payload);
    return;
  }
}

RC_GTEST_PROP(ErasureCode, AnyDifferentChunksDecode, (std::uint64_t seed)) {
  test::SeededRandom random(seed);
  any_different_chunks_decode<3>(random);
  any_different_chunks_decode<5>(random);
  any_different_chunks_decode<30>(random);
  any_different_chunks_decode<36>(random);
}

TEST(ErasureCode, OfTwoChunksWithOneIndexTheLaterStays) {
  base::Bytes<96> payload{};
  payload[0] = 7;
  Decoder<3> decoder;
  EXPECT_FALSE(decoder.add({0, {}}).has_value());
  EXPECT_FALSE(decoder.add(chunk_of(payload, 0)).has_value());
  EXPECT_EQ(decoder.chunks().size(), 1u);
  EXPECT_FALSE(decoder.add(chunk_of(payload, 9)).has_value());
  EXPECT_EQ(*decoder.add(chunk_of(payload, 40'000)), payload);
}

TEST(ErasureCode, After65535Comes0Again) {
  const base::Bytes<96> payload{1, 2, 3};
  Encoder<3> encoder(payload, 65'534);
  EXPECT_EQ(encoder.next().index, 65'534);
  EXPECT_EQ(encoder.next().index, 65'535);
  EXPECT_EQ(encoder.next(), chunk_of(payload, 0));
}

}  // namespace
}  // namespace sotto::protocol::spqr
