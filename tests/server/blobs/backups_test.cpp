#include "server/blobs/backups.hpp"

#include <gtest/gtest.h>

#include "server/keeper.hpp"
#include "server/limits.hpp"

namespace sotto::test {
namespace {

namespace limits = server::limits;

struct BackupsTest : testing::Test {
  BackupsTest() { CHECK(ana.move_in().status == 200u); }
  ServerWorld world;
  TestDevice ana{world, 1, "ana"};
  Keeper keeper{ana};
  base::Blob first = base::Blob(3000, 1), second = base::Blob(4000, 2);

  /// returns  the body of the act that names it
  wire::BackupBody upload(const base::Blob& archive, std::uint64_t counter) {
    frames::BlobGrantRequest request;
    request.set_kind(frames::BlobGrantRequest::BACKUP);
    request.set_size(archive.size());
    const auto grant = parsed<frames::BlobGrant>(ana.ask("POST", "/v1/blobs/grants", serialized(request)).body);
    const std::string path = "/v1/blobs/" + base::to_base64url(base::view(grant.id()));
    const std::vector<net::Header> by{{.name = "Sotto-Grant", .value = base::to_base64url(base::view(grant.key()))}};
    CHECK(ana.ask_with(by, "PUT", path + "?offset=0", archive).status == 200u);
    frames::BlobFinish finish;
    finish.set_size(archive.size());
    finish.set_sha256(base::text(crypto::sha256({archive})));
    CHECK(ana.ask_with(by, "POST", path + "/finish", serialized(finish)).status == 200u);
    CHECK(ana.ask_with({}, "GET", path).status == 404u);  // nobody's but through the account
    return {.counter = counter,
            .size = archive.size(),
            .archive_hash = crypto::sha256({archive}),
            .manifest = {7, 7, 7},
            .blob = *base::fixed<16>(base::view(grant.id()))};
  }
  net::Response put(const wire::BackupBody& body) {
    return keeper.send("PUT", "/v1/account/backup", keeper.act(wire::Operation::backup, body.serialize()));
  }
  net::Response find(const crypto::PrivateKey& key) {
    const wire::BackupAccess access{.server = "here:443",
                                    .account_id = ana.draft.account_id(),
                                    .challenge = *base::fixed<32>(base::view(keeper.begin().challenge()))};
    frames::BackupRead request;
    request.set_access(base::text(
        wire::Signed::make(wire::names::backup_access, access.serialize(), key, keeper.random()).serialize()));
    return ana.ask_with({}, "POST", "/v1/backups/read", serialized(request));
  }
  frames::BackupFound found() { return parsed<frames::BackupFound>(find(ana.draft.backup_access.private_key).body); }
  net::Response read(const frames::StoredBackup& backup, const std::string& range = {}) {
    std::vector<net::Header> headers;
    if (!range.empty()) headers.push_back({.name = "Range", .value = range});
    return ana.ask_with(std::move(headers), "GET", "/v1/backups/" + base::to_base64url(base::view(backup.key())));
  }
};

TEST_F(BackupsTest, AnArchiveIsReadBackByTheBackupAccessKey) {
  EXPECT_EQ(put(upload(first, 1)).status, 200u);
  const auto back = found();
  EXPECT_EQ(back.introduction(), base::text(keeper.introduction().serialize()));
  ASSERT_EQ(back.backups_size(), 1);
  EXPECT_EQ(back.backups(0).counter(), 1u);
  EXPECT_EQ(back.backups(0).manifest(), std::string(3, 7));
  EXPECT_EQ(read(back.backups(0)).body, first);
  EXPECT_EQ(read(back.backups(0), "bytes=2990-").body, base::Blob(10, 1));
}

TEST_F(BackupsTest, AnotherKeyReadsNothing) {
  EXPECT_EQ(put(upload(first, 1)).status, 200u);
  const auto refused = find(ana.draft.stranger.private_key);
  EXPECT_EQ(refused.status, 403u);
  EXPECT_EQ(code_of(refused), "no_such_backup");
  EXPECT_EQ(find(ana.draft.identity.private_key).status, 403u);
}

TEST_F(BackupsTest, TheOneBeforeIsKeptForTwoWeeksMore) {
  EXPECT_EQ(put(upload(first, 1)).status, 200u);
  EXPECT_EQ(put(upload(second, 2)).status, 200u);
  ASSERT_EQ(found().backups_size(), 2);
  EXPECT_EQ(found().backups(0).counter(), 2u);
  EXPECT_EQ(read(found().backups(1)).body, first);
  const auto today = base::day_of(world.time.now()).value;
  const auto expired = net::run(world.time, world.storage->expire({today + limits::old_backup_days + 1}));
  ASSERT_TRUE(expired);
  EXPECT_EQ(expired->blobs.size(), 1u);
  EXPECT_EQ(found().backups_size(), 1);
  EXPECT_EQ(read(found().backups(0)).body, second);
}

TEST_F(BackupsTest, TheCounterNeverGoesBack) {
  EXPECT_EQ(put(upload(first, 5)).status, 200u);
  for (const std::uint64_t counter : {4u, 5u}) {
    const auto refused = put(upload(second, counter));
    EXPECT_EQ(refused.status, 409u);
    EXPECT_EQ(code_of(refused), "backup_passed");
    EXPECT_EQ(parsed<frames::Error>(refused.body).backup_counter(), 5u);
  }
  EXPECT_EQ(found().backups_size(), 1);
}

TEST_F(BackupsTest, AnArchiveThatIsNotWholeReplacesNothing) {
  EXPECT_EQ(put(upload(first, 1)).status, 200u);
  auto body = upload(second, 2);
  body.archive_hash[0] ^= 1;
  EXPECT_EQ(code_of(put(body)), "no_such_archive");
  body.blob[0] ^= 1;
  EXPECT_EQ(code_of(put(body)), "no_such_archive");
  EXPECT_EQ(found().backups(0).counter(), 1u);
}

TEST_F(BackupsTest, TheSameActAgainIsARetry) {
  const base::Blob act = keeper.act(wire::Operation::backup, upload(first, 1).serialize());
  EXPECT_EQ(keeper.send("PUT", "/v1/account/backup", act).status, 200u);
  EXPECT_EQ(keeper.send("PUT", "/v1/account/backup", act).status, 200u);
  EXPECT_EQ(put(upload(second, 2)).status, 200u);
  EXPECT_EQ(code_of(keeper.send("PUT", "/v1/account/backup", act)), "act_used");
}

TEST_F(BackupsTest, DevicesSeeCounterAndDay) {
  EXPECT_EQ(put(upload(first, 3)).status, 200u);
  const auto standing = parsed<frames::BackupStanding>(ana.ask("GET", "/v1/own/backup").body);
  ASSERT_EQ(standing.backups_size(), 1);
  EXPECT_EQ(standing.backups(0).counter(), 3u);
  EXPECT_EQ(standing.backups(0).day(), base::day_of(world.time.now()).value);
  EXPECT_TRUE(standing.backups(0).key().empty());
}

TEST_F(BackupsTest, AKeyToReadOneIsGoodForAnHour) {
  EXPECT_EQ(put(upload(first, 1)).status, 200u);
  const auto back = found();
  world.time.run_for(std::chrono::minutes(61));
  EXPECT_EQ(read(back.backups(0)).status, 404u);
}

TEST_F(BackupsTest, AnArchiveThatNoActNamesGoesAfterTwoDays) {
  upload(first, 1);
  const auto today = base::day_of(world.time.now()).value;
  const auto expired = net::run(world.time, world.storage->expire({today + limits::unclaimed_backup_days + 1}));
  ASSERT_TRUE(expired);
  EXPECT_EQ(expired->blobs.size(), 1u);
}

TEST_F(BackupsTest, AnArchiveGoesWithItsAccount) {
  EXPECT_EQ(put(upload(first, 1)).status, 200u);
  EXPECT_EQ(
      keeper.send("POST", "/v1/account/deletion", keeper.act(wire::Operation::deletion, {}, Keeper::By::root)).status,
      200u);
  const auto expired = net::run(world.time, world.storage->expire(base::day_of(world.time.now())));
  ASSERT_TRUE(expired);
  EXPECT_EQ(expired->blobs.size(), 1u);
}

}  // namespace
}  // namespace sotto::test
