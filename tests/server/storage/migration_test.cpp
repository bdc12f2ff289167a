#include <gtest/gtest.h>

#include "server/storage/embedded/schema.hpp"
#include "server/storage/storage_support.hpp"

namespace sotto::test {
namespace {

using server::Database;
using server::Query;

/// A database as the version before wrote it, with one account.
void write_version_2(const std::filesystem::path& file, const server::NewAccount& account) {
  Database database(file, Database::Access::write);
  EXPECT_EQ(server::migrate(database, 2), 0);
  Query(database, "INSERT INTO server (id, secret, positions) VALUES (1, ?, 5000)", base::Bytes<32>{9}).run();
  Query(database,
        "INSERT INTO accounts (account_id, user_name, introduction, backup_statement, request_hash) VALUES (?, ?, ?, "
        "?, ?)",
        account.id.view(), account.user_name, account.introduction, account.backup_statement, account.request_hash)
      .run();
  Query(database,
        "INSERT INTO devices (account, number, registration_id, mailbox_id, identity_key, token_hash, signed_prekey, "
        "last_resort, last_day) VALUES (1, 1, 4242, ?, ?, ?, ?, ?, 20000)",
        account.mailbox.view(), account.identity_key.serialize(), account.token_hash,
        wire::serialize(*account.prekeys.signed_prekey), wire::serialize(*account.prekeys.last_resort))
      .run();
  Query(database,
        "INSERT INTO envelopes (id, device, class, day, upload, size, envelope) VALUES (77, 1, 1, 20000, 3, 5, ?)",
        base::Blob{1, 2, 3, 4, 5})
      .run();
}

struct MigrationTest : testing::Test {
  MigrationTest() {
    write_version_2(folder.path / "server.db", account);
    storage = open_embedded(io, random, folder.path);
  }
  template <class T>
  T wait(asio::awaitable<T> work) {
    return net::run(io, std::move(work));
  }
  TemporaryFolder folder;
  SeededRandom random{3};
  asio::io_context io;
  server::NewAccount account = new_account(1, "ana");
  std::unique_ptr<server::Storage> storage;
};

TEST_F(MigrationTest, AccountsDevicesAndEnvelopesOfTheVersionBeforeAreThere) {
  const auto device = wait(storage->devices().with_token(account.token_hash));
  ASSERT_TRUE(device && *device);
  const auto queued = wait(storage->mailboxes().queued((*device)->row, 0, 10, 1000));
  ASSERT_TRUE(queued);
  ASSERT_EQ(queued->size(), 1u);
  EXPECT_EQ(queued->front().position, 77u);
  EXPECT_GE(storage->mailboxes().next_position(), 5000u);
  EXPECT_EQ(storage->secret()[0], 9);
}

TEST_F(MigrationTest, TheyCanBeFoundAndKnockedAtAsBefore) {
  const auto found = wait(storage->accounts().account_named("ana"));
  ASSERT_TRUE(found && *found);
  EXPECT_TRUE((*found)->takes_knocks);
}

TEST_F(MigrationTest, ADevicesNumberIsItsOwnAlsoFromBefore) {
  const auto found = **wait(storage->accounts().account(account.id));
  server::KnownDevice other = **wait(storage->devices().with_token(account.token_hash));
  other.identity_key = RegistrationDraft(9).identity.public_key;
  server::ListChange change{.on = {.account = found.row,
                                   .introduction = found.introduction,
                                   .challenge = base::Bytes<32>{1},
                                   .day = {20'000}},
                            .introduction = {1, 2, 3},
                            .devices = {other}};
  const auto outcome = wait(storage->acts().replace_list(std::move(change)));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->what, server::Acted::number_given);
}

}  // namespace
}  // namespace sotto::test
