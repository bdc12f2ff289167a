#include <gtest/gtest.h>

#include <iostream>

#include "protocol/person.hpp"

namespace sotto::protocol {
namespace {

using test::Person;

struct Range {
  std::size_t least = ~std::size_t{0}, most = 0;
  void note(std::size_t size) {
    least = std::min(least, size);
    most = std::max(most, size);
  }
};

class RecordSize : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(alice.start(bob.publish(true), bob.address)); }
  void pass(Person& from, Person& to) {
    const auto sent = from.send(to.address, base::view("a text"));
    ASSERT_TRUE(sent.has_value());
    ASSERT_TRUE(to.receive(from.address, *sent).has_value());
  }
  Person alice{"9d0652a3-dcc3-4d11-975f-74d61598733f", 1, 1}, bob{"796abedb-ca4e-4f18-8803-1fde5b921f9f", 2, 2};
};

TEST_F(RecordSize, OfASettledSessionIsAtMostSixKibibytes) {
  Range record, spqr;
  for (int turn = 0; turn < 300; ++turn) {
    pass(alice, bob);
    pass(bob, alice);
    if (turn < 10) continue;  // five chains, and none pending
    for (const Person* person : {&alice, &bob}) {
      record.note(person->record.serialize().size());
      StoredWriter write(person->record.current()->spqr.stored_size());
      person->record.current()->spqr.store(write);
      spqr.note(write.finish().size());
    }
  }
  std::cout << "settled record: " << record.least << " to " << record.most
            << " bytes, of them the post-quantum ratchet " << spqr.least << " to " << spqr.most << "\n";
  EXPECT_LE(record.most, 3'400u);  // as src/protocol/README.md says; 6,144 were allowed
  EXPECT_LE(spqr.most, 2'700u);
}

TEST_F(RecordSize, GrowsByWhatIsUnderWayOnlyUpToItsLimits) {
  pass(alice, bob);
  pass(bob, alice);
  std::vector<test::Sent> sent;
  for (int i = 0; i < 4'000; ++i) sent.push_back(*alice.send(bob.address, base::view("a text")));
  ASSERT_TRUE(bob.receive(alice.address, sent.back()).has_value());
  const std::size_t size = bob.record.serialize().size();
  std::cout << "2,000 messages under way: " << size << " bytes\n";
  EXPECT_GT(size, 2 * 2'000u * 36);  // seeds and keys
  EXPECT_LE(size, 2 * 2'000u * 36 + 3'400);
}

}  // namespace
}  // namespace sotto::protocol
