#include "protocol/fingerprint/fingerprint.hpp"

#include <gtest/gtest.h>

#include "support/vectors.hpp"

namespace sotto::protocol {
namespace {

using boost::json::value;
using test::hex;

std::uint32_t small(const value& one, std::string_view member) {
  return static_cast<std::uint32_t>(test::number(one, member));
}

TEST(Fingerprint, IsAsRecordedAndTheSameAtBothEnds) {
  const value content = test::vectors("signal/fingerprints.json");
  const auto& cases = content.at("cases").as_array();
  for (const value& one : cases) {
    SCOPED_TRACE(test::text(one, "displayable"));
    const base::Blob local_id = hex(one, "local_identifier"), remote_id = hex(one, "remote_identifier");
    const Fingerprinted local{local_id, *crypto::PublicKey::parse(hex(one, "local_key"))};
    const Fingerprinted remote{remote_id, *crypto::PublicKey::parse(hex(one, "remote_key"))};
    const auto here = Fingerprint::compute(local, remote, small(one, "version"), small(one, "iterations"));
    const auto there = Fingerprint::compute(remote, local, small(one, "version"), small(one, "iterations"));
    ASSERT_TRUE(here && there);
    EXPECT_TRUE(base::same(here->local, hex(one, "local_fingerprint")));
    EXPECT_TRUE(base::same(here->remote, hex(one, "remote_fingerprint")));
    EXPECT_EQ(fingerprint_digits(here->local), test::text(one, "local_digits"));
    EXPECT_EQ(fingerprint_digits(here->remote), test::text(one, "remote_digits"));
    EXPECT_EQ(here->digits(), test::text(one, "displayable"));
    EXPECT_EQ(there->digits(), here->digits());
    EXPECT_EQ(here->scannable(), hex(one, "scannable"));
    EXPECT_TRUE(*matches_scanned(here->scannable(), there->scannable()));
  }
  test::expect_cases("fingerprints cases", cases.size(), 5);
}

TEST(Fingerprint, ScannedOnesAreComparedAsRecorded) {
  const value content = test::vectors("signal/fingerprints.json");
  const auto& cases = content.at("comparisons").as_array();
  for (const value& one : cases) {
    SCOPED_TRACE(test::text(one, "note"));
    const auto result = matches_scanned(hex(one, "ours"), hex(one, "theirs"));
    const std::string outcome = !result ? "error" : *result ? "match" : "no match";
    EXPECT_EQ(outcome, test::text(one, "result"));
  }
  test::expect_cases("fingerprints comparisons", cases.size(), 8);
}

TEST(Fingerprint, ScannedOnesThatCantBeComparedSayWhy) {
  const Fingerprinted ana{base::view("ana"), crypto::PublicKey(base::Bytes<32>{9})};
  const Fingerprinted bob{base::view("bob"), crypto::PublicKey(base::Bytes<32>{8})};
  const base::Blob ours = Fingerprint::compute(ana, bob, 2, 2)->scannable();
  EXPECT_TRUE(*matches_scanned(ours, Fingerprint::compute(bob, ana, 2, 2)->scannable()));
  EXPECT_FALSE(*matches_scanned(ours, ours));
  EXPECT_EQ(matches_scanned(ours, Fingerprint::compute(bob, ana, 1, 2)->scannable()).error(),
            Error::fingerprint_version);
  EXPECT_EQ(matches_scanned(ours, base::Blob{0xFF}).error(), Error::invalid_fingerprint);
  EXPECT_EQ(matches_scanned(ours, base::Blob{0x08, 0x02}).error(), Error::invalid_fingerprint);
  EXPECT_EQ(matches_scanned(base::View(ours).subspan(2), ours).error(), Error::invalid_fingerprint);  // ours has none
}

TEST(Fingerprint, TakesTwoToAMillionIterations) {
  const value content = test::vectors("signal/fingerprints.json");
  const auto& cases = content.at("iteration_limits").as_array();
  const Fingerprinted end{{}, crypto::PublicKey(base::Bytes<32>{9})};
  for (const value& one : cases) {
    SCOPED_TRACE(test::number(one, "iterations"));
    const auto made = Fingerprint::compute(end, end, 2, small(one, "iterations"));
    EXPECT_EQ(made.has_value(), test::text(one, "expect") == "accept");
  }
  test::expect_cases("fingerprints iteration_limits", cases.size(), 5);
}

}  // namespace
}  // namespace sotto::protocol
