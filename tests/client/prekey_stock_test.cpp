#include "client/prekey_stock.hpp"

#include <gtest/gtest.h>

#include "client/correspondent.hpp"
#include "store/prekeys.hpp"

namespace sotto::client {
namespace {

using prekey_stock::Left;

class PrekeyStock : public ::testing::Test {
 protected:
  std::optional<base::Blob> upload(const Left& left) {
    const store::OwnAccount account = ana.own();
    std::optional<base::Blob> made;
    ana.within([&](store::Transaction& in) {
      made = prekey_stock::upload(in, account.identity.private_key, left, ana.now, ana.random);
    });
    return made;
  }
  void answer() {
    ana.within([](store::Transaction& in) { store::prekeys::forget_upload(in); });
  }
  void pass_days(std::int64_t days) { ana.now.ms += days * base::ms_per_day; }

  test::Correspondent ana{"ana", 1};
};

TEST_F(PrekeyStock, AFullDirectoryNeedsNothing) {
  EXPECT_FALSE(upload({.one_time = 100, .one_time_kyber = 100}));
  EXPECT_FALSE(upload({.one_time = 50, .one_time_kyber = 50}));
}

TEST_F(PrekeyStock, IsToppedUpWhenHalfIsGoneEachKindForItself) {
  pass_days(1);
  const auto made = wire::PrekeyUpload::parse(*upload({.one_time = 49, .one_time_kyber = 80}));
  ASSERT_TRUE(made);
  EXPECT_EQ(made->one_time.size(), 51u);
  EXPECT_TRUE(made->one_time_kyber.empty());
  EXPECT_FALSE(made->signed_prekey);
}

TEST_F(PrekeyStock, IsLookedAfterOnceInEachSpanHoweverManyAreTaken) {
  pass_days(1);
  ASSERT_TRUE(upload({.one_time = 49, .one_time_kyber = 49}));
  answer();
  EXPECT_FALSE(upload({}));
  pass_days(1);
  EXPECT_TRUE(upload({}));
}

TEST_F(PrekeyStock, MediumTermKeysAreDueAfterTwoDays) {
  pass_days(1);
  EXPECT_FALSE(upload({.one_time = 100, .one_time_kyber = 100}));
  pass_days(1);
  const auto made = wire::PrekeyUpload::parse(*upload({.one_time = 100, .one_time_kyber = 100}));
  ASSERT_TRUE(made);
  EXPECT_TRUE(made->signed_prekey && made->last_resort);
  EXPECT_TRUE(made->is_signed_by(ana.own().identity.public_key));
}

TEST_F(PrekeyStock, WithoutAnAnswerTheSameBytesGoAgainAndNothingIsMade) {
  pass_days(1);
  const auto first = upload({});
  ASSERT_TRUE(first);
  const auto before = ana.home.dump();
  for (int i = 0; i < 10; ++i) EXPECT_EQ(upload({}), first);
  EXPECT_EQ(ana.home.dump(), before);
  answer();
  pass_days(1);
  const auto second = upload({});
  ASSERT_TRUE(second);
  EXPECT_NE(second, first);
}

TEST_F(PrekeyStock, AServerThatAlwaysSaysNoneAreLeftFillsNothingWithoutEnd) {
  for (int i = 0; i < 15; ++i) {
    upload({});
    answer();
    pass_days(1);
  }
  EXPECT_EQ(ana.home.number("SELECT count(*) FROM one_time_prekeys"), 1'000);
  EXPECT_EQ(ana.home.number("SELECT count(*) FROM kyber_prekeys WHERE is_last_resort = 0"), 1'000);
}

}  // namespace
}  // namespace sotto::client
