// A backup in the place of a store.
#include "server/storage/maintenance/maintenance_support.hpp"

namespace sotto::test {
namespace {

using Restore = MaintenanceTest;

TEST_F(Restore, ARestoredStoreKnowsNoOneTimePrekeysAndRefusesThemAgain) {
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

TEST_F(Restore, EachRestoreBeginsAHigherEpoch) {
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

TEST_F(Restore, ARestoredStoreGivesPositionsAboveAllThatTheLostOneGave) {
  const auto made = back_up("a.db");
  for (int i = 0; i < 3'000'000; ++i) storage->mailboxes().next_position();
  const auto last = storage->mailboxes().next_position();
  ASSERT_TRUE(restore(made->file));
  open();
  EXPECT_GT(storage->mailboxes().next_position(), last);
}

TEST_F(Restore, RestoresIntoAnEmptyFolder) {
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

TEST_F(Restore, TheStoreThatWasThereIsKeptUnderAnotherName) {
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

TEST_F(Restore, ADamagedStoreIsNoObstacleAndItsLogIsNotTakenForTheNewOnes) {
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

TEST_F(Restore, ADamagedBackupIsRefusedBeforeAnythingIsTouched) {
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

TEST_F(Restore, ABackupOfALaterVersionIsRefused) {
  const auto made = back_up("a.db");
  {
    Database database(made->file, Database::Access::write);
    database.execute("PRAGMA user_version = 999");
  }
  EXPECT_FALSE(restore(made->file));
}

}  // namespace
}  // namespace sotto::test
