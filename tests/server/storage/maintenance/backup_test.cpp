// Copies of a store that is being written.
#include <set>

#include "server/storage/maintenance/maintenance_support.hpp"

namespace sotto::test {
namespace {

using Backup = MaintenanceTest;

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

TEST_F(Backup, ABackupUnderLoadHoldsAllThatWasAnsweredBeforeItBegan) {
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

TEST_F(Backup, ABackupIsReadableByItsOwnerOnlyAndLeavesNothingElse) {
  const auto made = back_up("a.db");
  ASSERT_TRUE(made);
  EXPECT_EQ(made->file, folder.path / "backups" / "a.db");
  EXPECT_EQ(fs::status(made->file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(fs::status(made->file.parent_path()).permissions(), fs::perms::owner_all);
  EXPECT_EQ(made->bytes, fs::file_size(made->file));
  EXPECT_EQ(std::distance(fs::directory_iterator(made->file.parent_path()), fs::directory_iterator()), 1);
}

TEST_F(Backup, ABackupNeverReplacesOneAndStaysInItsFolder) {
  ASSERT_TRUE(back_up("a.db"));
  EXPECT_NE(back_up("a.db").error().words.find("already"), std::string::npos);
  for (const char* name : {"", "../a.db", "a/b", ".hidden", "a b"}) EXPECT_FALSE(back_up(name)) << name;
  EXPECT_FALSE(fs::exists(folder.path / "a.db"));
}

TEST_F(Backup, ABackupWithoutRoomLeavesNothing) {
  ASSERT_EQ(store(bob, base::Blob(1'000'000)), Kept::stored);
  fs::create_directories(folder.path / "backups");
  fs::create_directories(folder.path / "backups" / "a.db.part" / "in the way");
  EXPECT_FALSE(back_up("a.db"));
  EXPECT_FALSE(fs::exists(folder.path / "backups" / "a.db"));
  EXPECT_EQ(store(bob, {2}), Kept::stored);
}

TEST_F(Backup, AStorageThatIsClosedWaitsForNoBackup) {
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
