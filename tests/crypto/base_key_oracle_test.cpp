// Base keys, judged by schoolbook arithmetic on big integers that shares nothing with the library.
#include <gtest/gtest.h>

#include <boost/multiprecision/cpp_int.hpp>

#include "crypto/curve25519.hpp"
#include "support/seeded_random.hpp"

namespace sotto::crypto {
namespace {

using Integer = boost::multiprecision::cpp_int;

const Integer p = (Integer(1) << 255) - 19;
const Integer order(
    "7237005577332262213973186563042994240857116359379907606001950938285454250989");  // of the base point

Integer mod(const Integer& value) { return ((value % p) + p) % p; }
Integer power(const Integer& base, const Integer& exponent) { return boost::multiprecision::powm(base, exponent, p); }
Integer inverse(const Integer& value) { return power(value, p - 2); }

base::Bytes<32> bytes_of(Integer u) {
  base::Bytes<32> bytes{};
  for (auto& byte : bytes) {
    byte = static_cast<std::uint8_t>(u & 0xff);
    u >>= 8;
  }
  return bytes;
}

Integer integer_of(const base::Bytes<32>& bytes) {
  Integer u = 0;
  for (std::size_t i = 32; i > 0; --i) u = (u << 8) + bytes[i - 1];
  return u;
}

bool is_on_the_curve(const Integer& u) {
  const Integer right = mod(u * u * u + 486'662 * u * u + u);
  return right == 0 || power(right, (p - 1) / 2) == 1;
}

// Whether k·P is the identity: the ladder of RFC 7748 with the scalar as it is, without clamping.
bool is_killed_by(Integer k, const Integer& u) {
  Integer x2 = 1, z2 = 0, x3 = u, z3 = 1;
  for (int bit = 253; bit >= 0; --bit) {
    const bool is_set = boost::multiprecision::bit_test(k, static_cast<unsigned>(bit));
    if (is_set) std::swap(x2, x3), std::swap(z2, z3);
    const Integer a = mod(x2 + z2), b = mod(x2 - z2), c = mod(x3 + z3), d = mod(x3 - z3);
    const Integer aa = mod(a * a), bb = mod(b * b), e = mod(aa - bb), da = mod(d * a), cb = mod(c * b);
    x3 = mod((da + cb) * (da + cb));
    z3 = mod(u * mod((da - cb) * (da - cb)));
    x2 = mod(aa * bb);
    z2 = mod(e * mod(aa + 121'665 * e));
    if (is_set) std::swap(x2, x3), std::swap(z2, z3);
  }
  return z2 == 0;
}

// signal-protocol.md §1.4: on the curve, and the order of the base point kills it.
bool expected(const Integer& u) { return u != 0 && is_on_the_curve(u) && is_killed_by(order, u); }

// P + (0, 0), the point of order 2: u becomes 1/u. A point of prime order becomes one of twice that order.
Integer plus_order_two(const Integer& u) { return inverse(u); }

TEST(IsCanonical, AgreesWithSchoolbookArithmeticOnRandomKeysAndTheirTorsionTwins) {
  test::SeededRandom random(1);
  std::size_t good = 0;
  for (int i = 0; i < 60; ++i) {
    auto raw = random.bytes<32>();
    raw[31] &= 0x7f;
    const Integer any = mod(integer_of(raw)), honest = integer_of(PrivateKey::generate(random).public_key().u());
    for (const Integer& u : {any, honest, plus_order_two(honest)}) {
      EXPECT_EQ(is_canonical(PublicKey(bytes_of(u))), expected(u)) << u;
      good += expected(u) ? 1 : 0;
    }
    EXPECT_TRUE(expected(honest));
    EXPECT_FALSE(expected(plus_order_two(honest)));
  }
  EXPECT_GT(good, 60u);  // one in sixteen of all u has prime order
}

TEST(IsCanonical, RefusesTheSmallOrdersOfCurveAndTwist) {
  const Integer order_eight("325606250916557431795983626356110631294008115727848805560023387167927233504");
  for (const Integer& u : {Integer(0), Integer(1), Integer(p - 1), order_eight, inverse(order_eight)}) {
    EXPECT_FALSE(is_canonical(PublicKey(bytes_of(u)))) << u;
    EXPECT_FALSE(expected(u)) << u;
  }
}

}  // namespace
}  // namespace sotto::crypto
