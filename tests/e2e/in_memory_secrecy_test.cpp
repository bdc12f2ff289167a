// Private keys are in no file, of the clients or of the server: looked for as they are, in hex and in base64.
#include <gtest/gtest.h>

#include <fstream>

#include "base/encoding.hpp"
#include "e2e/town.hpp"
#include "protocol/pqxdh/prekeys.hpp"
#include "store/prekeys.hpp"

namespace sotto::test {
namespace {

namespace fs = std::filesystem;

base::Blob content_of(const fs::path& folder) {
  base::Blob all;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    all.insert(all.end(), std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return all;
}

bool holds(const base::Blob& content, base::View piece) {
  return std::ranges::search(content, piece).begin() != content.end();
}

bool holds_any_spelling(const base::Blob& content, base::View secret) {
  return holds(content, secret) || holds(content, base::view(base::to_hex(secret))) ||
         holds(content, base::view(base::to_base64url(secret)).first(40));
}

TEST(InMemorySecrecy, PrivateKeysAndTokensAreInNoFile_A52) {
  Town town;
  Resident &ana = town.resident("ana"), &ben = town.resident("ben");
  Town::introduce(ana, ben);
  ASSERT_TRUE(ana.write(ben, "hello"));
  ASSERT_TRUE(ben.listen());
  ASSERT_TRUE(ben.write(ana, "hello"));  // one waits at the server
  town.time.settle();

  const base::Blob at_server = content_of(town.folder.path);
  const base::Blob at_client = content_of(ana.home.file().parent_path());
  const store::OwnAccount own = ana.own();
  const auto prekey = *ana.home->transact([](store::Transaction& in) -> base::Result<base::Blob, store::Problem> {
    return base::blob(
        protocol::SignedPreKey::parse(store::prekeys::load_signed(in, 1)->expose())->keys.private_key.expose());
  });
  const base::View secrets[] = {own.account_key->expose(), own.identity.private_key.expose(), own.token.expose(),
                                own.account_secret.expose(), prekey};
  for (const base::View secret : secrets) {
    EXPECT_FALSE(holds_any_spelling(at_server, secret));
    EXPECT_FALSE(holds_any_spelling(at_client, secret));
  }
  // The same search finds what the server does hold, so that a blind one is noticed.
  EXPECT_TRUE(holds(at_server, own.identity.public_key.u()));
  EXPECT_FALSE(holds(at_client, own.identity.public_key.u())) << "the client's database is encrypted";
}

}  // namespace
}  // namespace sotto::test
