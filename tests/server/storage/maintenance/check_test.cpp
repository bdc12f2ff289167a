// What is looked for in a store, counted, given back to the disk and dropped for its age.
#include "server/limits.hpp"
#include "server/storage/maintenance/maintenance_support.hpp"

namespace sotto::test {
namespace {

using StoreCare = MaintenanceTest;

TEST_F(StoreCare, FindsNothingWrongInASoundStore) {
  ASSERT_EQ(store(bob, {7}), Kept::stored);
  EXPECT_TRUE(check().empty());
  storage.reset();
  EXPECT_TRUE(server::check_store(file())->empty());
}

TEST_F(StoreCare, FindsEachContradiction) {
  ASSERT_EQ(store(bob, {7}), Kept::stored);
  const char* const wrongs[] = {
      "UPDATE envelopes SET device = 999",
      "UPDATE envelopes SET device = 2, size = 5",
      "UPDATE envelopes SET size = 1, payload = 77",
      "UPDATE envelopes SET payload = NULL; INSERT INTO payloads (id, uses, payload) VALUES (5, 1, x'')",
      "UPDATE payloads SET uses = 3; UPDATE envelopes SET payload = 5",
      "UPDATE envelopes SET payload = NULL; DELETE FROM payloads; UPDATE devices SET one_time = 17 WHERE id = 1",
  };
  for (const char* wrong : wrongs) {
    tamper(wrong);
    EXPECT_EQ(check().size(), 1u) << wrong;
  }
  tamper("UPDATE devices SET one_time = 2 WHERE id = 1");
  EXPECT_TRUE(check().empty());
}

TEST_F(StoreCare, FindsAnIndexThatDisagreesWithItsTable) {
  for (int i = 0; i < 50; ++i) ASSERT_EQ(store(bob, base::Blob(100)), Kept::stored);
  tamper(
      "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE INDEX envelopes_of ON envelopes (day)' "
      "WHERE "
      "name = 'envelopes_of'; PRAGMA writable_schema = RESET");
  const auto findings = check();
  ASSERT_FALSE(findings.empty());
  EXPECT_NE(findings.front().remedy.find("backup"), std::string::npos);
}

TEST_F(StoreCare, CompactsWhileItServes) {
  std::vector<std::uint64_t> positions;
  for (int i = 0; i < 300; ++i) ASSERT_EQ(store(bob, base::Blob(10'000)), Kept::stored);
  for (const auto& envelope : queued(bob)) positions.push_back(envelope.position);
  positions.pop_back();
  ASSERT_TRUE(acknowledge(bob, positions));
  const auto compacted = wait(storage->maintenance().compact());
  ASSERT_TRUE(compacted) << compacted.error().words;
  EXPECT_EQ(compacted->remark, "");
  EXPECT_GT(compacted->bytes_before, 3'000'000u);
  EXPECT_LT(compacted->bytes_after, 500'000u);
  EXPECT_EQ(queued(bob).size(), 1u);
  EXPECT_TRUE(check().empty());
}

TEST_F(StoreCare, SaysWhyAnOlderStoreCantShrinkWhileItServesAndThenItCan) {
  storage.reset();
  {
    Database database(file(), Database::Access::write);
    database.execute("PRAGMA auto_vacuum = NONE; VACUUM");
  }
  open();
  EXPECT_NE(wait(storage->maintenance().compact())->remark.find("drain"), std::string::npos);
  storage.reset();
  ASSERT_TRUE(server::compact_store(file()));
  open();
  EXPECT_EQ(wait(storage->maintenance().compact())->remark, "");
  EXPECT_TRUE(check().empty());
}

TEST_F(StoreCare, CountsWhatIsThere) {
  ASSERT_EQ(store(bob, base::Blob(10)), Kept::stored);
  ASSERT_EQ(store(bob, base::Blob(20)), Kept::stored);
  const auto figures = *wait(storage->maintenance().figures());
  EXPECT_EQ(figures.accounts, 2u);
  EXPECT_EQ(figures.devices, 2u);
  EXPECT_EQ(figures.queued_envelopes, 2u);
  EXPECT_EQ(figures.queued_bytes, 30u);
  EXPECT_GT(figures.file_bytes, 100'000u);
}

TEST_F(StoreCare, WhatIsTooOldIsDroppedPieceByPiece) {
  constexpr std::size_t count = server::limits::expired_at_once + 10;
  for (std::size_t at = 0; at < count;) {
    server::NewEnvelopes many{.envelopes = {}, .upload = 1, .day = {20'000}};
    for (; many.envelopes.size() < 500 && at < count; ++at)
      many.envelopes.push_back({.device = device(bob).row,
                                .position = storage->mailboxes().next_position(),
                                .permit_class = server::PermitClass::own,
                                .bytes = std::make_shared<const base::Blob>(1)});
    ASSERT_EQ(store(std::move(many)), Kept::stored);
  }
  const base::Day day{20'001 + server::limits::queue_days};
  EXPECT_TRUE(wait(storage->expire(day))->has_more);
  EXPECT_EQ(status(bob).queued, 10u);
  EXPECT_FALSE(wait(storage->expire(day))->has_more);
  EXPECT_EQ(status(bob).queued, 0u);
}

}  // namespace
}  // namespace sotto::test
