// What an operator does with a store: copies while it is written, restores, checks, compacts.
#include "server/storage/maintenance.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <set>

#include "server/limits.hpp"
#include "server/storage/embedded/maintenance/offline.hpp"
#include "server/storage/embedded/schema.hpp"
#include "server/storage/storage_support.hpp"

namespace sotto::test {
namespace {

namespace fs = std::filesystem;
using server::Database;
using server::Kept;
using server::Query;
using server::Registered;

constexpr base::Timestamp later{.ms = 1'800'000'000'000};

struct MaintenanceTest : testing::Test, StorageFixture {
  MaintenanceTest() {
    EXPECT_EQ(enrol(ana), Registered::done);
    EXPECT_EQ(enrol(bob), Registered::done);
  }
  fs::path file() const { return folder.path / "server.db"; }
  server::Maintained<server::BackedUp> back_up(std::string name) {
    return wait(storage->maintenance().back_up(std::move(name)));
  }
  server::Maintained<server::Restored> restore(const fs::path& backup, base::Timestamp now = later) {
    storage.reset();
    const int open_file = ::open(backup.c_str(), O_RDONLY | O_CLOEXEC);
    auto restored = server::restore_store(open_file, file(), now);
    ::close(open_file);
    return restored;
  }
  /// Behind the storage's back.
  void tamper(const char* sql) {
    storage.reset();
    {
      Database database(file(), Database::Access::write);
      database.execute(sql);
    }
    open();
  }
  std::vector<server::Finding> check() { return *wait(storage->maintenance().check()); }

  server::NewAccount ana = new_account(1, "ana"), bob = new_account(2, "bob");
};

/// Letters as fast as they are answered; the first byte tells how far it had come when a backup began.
struct Load {
  asio::awaitable<void> send(server::Storage& storage, server::DeviceRow to) {
    while (!is_over) {
      const std::uint32_t number = ++begun;
      base::Blob bytes(1'000);
      for (std::size_t i = 0; i < 4; ++i) bytes[i] = static_cast<std::uint8_t>(number >> (8 * i));
      server::NewEnvelopes letter{.envelopes = {}, .upload = number, .day = {20'000}};
      letter.envelopes.push_back({.device = to,
                                  .position = storage.mailboxes().next_position(),
                                  .permit_class = server::PermitClass::own,
                                  .bytes = std::make_shared<const base::Blob>(std::move(bytes))});
      const auto kept = co_await storage.mailboxes().store(std::move(letter));
      if (kept && *kept == Kept::stored) answered.insert(number);
    }
  }
  std::uint32_t begun = 0;
  std::set<std::uint32_t> answered;
  bool is_over = false;
};

TEST_F(MaintenanceTest, ABackupUnderLoadHoldsAllThatWasAnsweredBeforeItBegan) {
  const auto to = device(bob).row;
  Load load;
  for (int i = 0; i < 8; ++i) net::spawn(io.get_executor(), load.send(*storage, to));
  io.restart();
  while (load.answered.size() < 1'500) io.run_one();
  const std::set<std::uint32_t> before = load.answered;
  const auto made = back_up("under-load.db");
  ASSERT_TRUE(made) << made.error().words;
  EXPECT_GT(load.answered.size(), before.size());  // it went on meanwhile
  load.is_over = true;
  io.restart();
  io.run();

  ASSERT_TRUE(restore(made->file));
  open();
  std::set<std::uint32_t> found;
  for (const auto& envelope : queued(bob)) {
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < 4; ++i) number |= std::uint32_t(envelope.envelope[i]) << (8 * i);
    found.insert(number);
  }
  for (const std::uint32_t number : before) EXPECT_TRUE(found.contains(number)) << number;
  EXPECT_TRUE(check().empty());
}

TEST_F(MaintenanceTest, ABackupIsReadableByItsOwnerOnlyAndLeavesNothingElse) {
  const auto made = back_up("a.db");
  ASSERT_TRUE(made);
  EXPECT_EQ(made->file, folder.path / "backups" / "a.db");
  EXPECT_EQ(fs::status(made->file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(fs::status(made->file.parent_path()).permissions(), fs::perms::owner_all);
  EXPECT_EQ(made->bytes, fs::file_size(made->file));
  EXPECT_EQ(std::distance(fs::directory_iterator(made->file.parent_path()), fs::directory_iterator()), 1);
}

TEST_F(MaintenanceTest, ABackupNeverReplacesOneAndStaysInItsFolder) {
  ASSERT_TRUE(back_up("a.db"));
  EXPECT_NE(back_up("a.db").error().words.find("already"), std::string::npos);
  for (const char* name : {"", "../a.db", "a/b", ".hidden", "a b"}) EXPECT_FALSE(back_up(name)) << name;
  EXPECT_FALSE(fs::exists(folder.path / "a.db"));
}

TEST_F(MaintenanceTest, ABackupWithoutRoomLeavesNothing) {
  ASSERT_EQ(store(bob, base::Blob(1'000'000)), Kept::stored);
  fs::create_directories(folder.path / "backups");
  fs::create_directories(folder.path / "backups" / "a.db.part" / "in the way");
  EXPECT_FALSE(back_up("a.db"));
  EXPECT_FALSE(fs::exists(folder.path / "backups" / "a.db"));
  EXPECT_EQ(store(bob, {2}), Kept::stored);
}

TEST_F(MaintenanceTest, ARestoredStoreKnowsNoOneTimePrekeysAndRefusesThemAgain) {
  const auto made = back_up("a.db");
  ASSERT_TRUE(restore(made->file));
  open();
  EXPECT_EQ(status(ana).one_time, 0u);
  EXPECT_EQ(status(ana).one_time_kyber, 0u);
  EXPECT_FALSE(take(ana).bundles.at(0).one_time);
  wire::PrekeyUpload again;
  again.one_time = ana.prekeys.one_time;
  EXPECT_EQ(*wait(storage->prekeys().put(device(ana).row, again, {1}, {20'000})), server::PrekeysPut::key_known);
  const auto fresh = new_account(9, "x").prekeys;
  EXPECT_EQ(*wait(storage->prekeys().put(device(ana).row, fresh, {2}, {20'000})), server::PrekeysPut::done);
  EXPECT_TRUE(check().empty());
}

TEST_F(MaintenanceTest, EachRestoreBeginsAHigherEpoch) {
  const auto made = back_up("a.db");
  EXPECT_EQ(storage->maintenance().epoch(), 1u);
  std::uint64_t last = 1;
  for (const base::Timestamp now : {later, later, base::Timestamp{.ms = 0}}) {  // also if the clock stands or goes back
    const auto restored = restore(made->file, now);
    ASSERT_TRUE(restored) << restored.error().words;
    EXPECT_GT(restored->epoch, last);
    open();
    EXPECT_EQ(storage->maintenance().epoch(), restored->epoch);
    last = restored->epoch;
  }
}

TEST_F(MaintenanceTest, ARestoredStoreGivesPositionsAboveAllThatTheLostOneGave) {
  const auto made = back_up("a.db");
  for (int i = 0; i < 3'000'000; ++i) storage->mailboxes().next_position();
  const auto last = storage->mailboxes().next_position();
  ASSERT_TRUE(restore(made->file));
  open();
  EXPECT_GT(storage->mailboxes().next_position(), last);
}

TEST_F(MaintenanceTest, RestoresIntoAnEmptyFolder) {
  ASSERT_EQ(store(bob, {7}), Kept::stored);
  const auto made = back_up("a.db");
  storage.reset();
  const fs::path elsewhere = folder.path / "elsewhere";
  fs::create_directories(elsewhere);
  const int backup = ::open(made->file.c_str(), O_RDONLY | O_CLOEXEC);
  const auto restored = server::restore_store(backup, elsewhere / "server.db", later);
  ::close(backup);
  ASSERT_TRUE(restored);
  EXPECT_TRUE(restored->replaced.empty());
  storage = std::move(*server::EmbeddedStorage::open(io.get_executor(), random, {.file = elsewhere / "server.db"}));
  EXPECT_EQ(queued(bob).at(0).envelope, base::Blob{7});
}

TEST_F(MaintenanceTest, TheStoreThatWasThereIsKeptUnderAnotherName) {
  const auto made = back_up("a.db");
  ASSERT_EQ(store(bob, {7}), Kept::stored);
  const auto restored = restore(made->file);
  ASSERT_TRUE(restored);
  open();
  EXPECT_TRUE(queued(bob).empty());
  storage.reset();
  fs::rename(restored->replaced, file());
  open();
  EXPECT_EQ(queued(bob).size(), 1u);
}

TEST_F(MaintenanceTest, ADamagedStoreIsNoObstacleAndItsLogIsNotTakenForTheNewOnes) {
  ASSERT_EQ(store(bob, {7}), Kept::stored);
  const auto made = back_up("a.db");
  storage.reset();
  fs::resize_file(file(), 10'000);
  std::ofstream(file().string() + "-wal") << std::string(50'000, 'x');
  ASSERT_TRUE(restore(made->file));
  EXPECT_FALSE(fs::exists(file().string() + "-wal"));
  open();
  EXPECT_EQ(queued(bob).size(), 1u);
}

TEST_F(MaintenanceTest, ADamagedBackupIsRefusedBeforeAnythingIsTouched) {
  for (int i = 0; i < 200; ++i) ASSERT_EQ(store(bob, base::Blob(1'000)), Kept::stored);
  const auto made = back_up("a.db");
  {
    std::fstream damage(made->file, std::ios::in | std::ios::out | std::ios::binary);
    for (int page = 5; page < 40; ++page) damage.seekp(page * 4096 + 8), damage << std::string(64, '\xff');
  }
  EXPECT_FALSE(restore(made->file));
  fs::resize_file(made->file, fs::file_size(made->file) / 2);
  EXPECT_FALSE(restore(made->file));
  std::ofstream(made->file) << "no database";
  EXPECT_FALSE(restore(made->file));
  fs::resize_file(made->file, 0);
  EXPECT_FALSE(restore(made->file));
  EXPECT_FALSE(fs::exists(file().string() + ".restoring"));
  open();
  EXPECT_EQ(storage->maintenance().epoch(), 1u);
  EXPECT_EQ(queued(bob).size(), 200u);
}

TEST_F(MaintenanceTest, ABackupOfALaterVersionIsRefused) {
  const auto made = back_up("a.db");
  {
    Database database(made->file, Database::Access::write);
    database.execute("PRAGMA user_version = 999");
  }
  EXPECT_FALSE(restore(made->file));
}

TEST_F(MaintenanceTest, FindsNothingWrongInASoundStore) {
  ASSERT_EQ(store(bob, {7}), Kept::stored);
  EXPECT_TRUE(check().empty());
  storage.reset();
  EXPECT_TRUE(server::check_store(file())->empty());
}

TEST_F(MaintenanceTest, FindsEachContradiction) {
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

TEST_F(MaintenanceTest, FindsAnIndexThatDisagreesWithItsTable) {
  for (int i = 0; i < 50; ++i) ASSERT_EQ(store(bob, base::Blob(100)), Kept::stored);
  tamper(
      "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE INDEX envelopes_of ON envelopes (day)' "
      "WHERE "
      "name = 'envelopes_of'; PRAGMA writable_schema = RESET");
  const auto findings = check();
  ASSERT_FALSE(findings.empty());
  EXPECT_NE(findings.front().remedy.find("backup"), std::string::npos);
}

TEST_F(MaintenanceTest, CompactsWhileItServes) {
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

TEST_F(MaintenanceTest, SaysWhyAnOlderStoreCantShrinkWhileItServesAndThenItCan) {
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

TEST_F(MaintenanceTest, CountsWhatIsThere) {
  ASSERT_EQ(store(bob, base::Blob(10)), Kept::stored);
  ASSERT_EQ(store(bob, base::Blob(20)), Kept::stored);
  const auto figures = *wait(storage->maintenance().figures());
  EXPECT_EQ(figures.accounts, 2u);
  EXPECT_EQ(figures.devices, 2u);
  EXPECT_EQ(figures.queued_envelopes, 2u);
  EXPECT_EQ(figures.queued_bytes, 30u);
  EXPECT_GT(figures.file_bytes, 100'000u);
}

TEST_F(MaintenanceTest, WhatIsTooOldIsDroppedPieceByPiece) {
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

TEST_F(MaintenanceTest, AStorageThatIsClosedWaitsForNoBackup) {
  for (int i = 0; i < 40; ++i) ASSERT_EQ(store(bob, base::Blob(1'000'000)), Kept::stored);
  const auto quietly = [](server::Maintenance& of) -> asio::awaitable<void> {
    std::string name = "a.db";
    static_cast<void>(co_await of.back_up(std::move(name)));
  };
  net::spawn(io.get_executor(), quietly(storage->maintenance()));
  io.restart();
  io.poll();
  storage.reset();
  EXPECT_FALSE(fs::exists(folder.path / "backups" / "a.db.part"));
}

}  // namespace
}  // namespace sotto::test
