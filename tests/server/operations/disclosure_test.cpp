// What `disclose` shows is what the database holds: a new table that has a word about an account must be shown too.
#include "server/operations/disclosure.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <set>
#include <sstream>

#include "server/surface/town.hpp"

namespace sotto::test {
namespace {

namespace json = boost::json;

std::size_t of_devices(const json::object& all, std::string_view member) {
  std::size_t count = 0;
  for (const json::value& device : all.at("devices").as_array()) {
    const json::value& value = device.as_object().at(member);
    count += value.is_array() ? value.as_array().size() : value.to_number<std::size_t>();
  }
  return count;
}

/// How many rows of a table are shown; nothing if no table of that name is known to be about an account.
std::optional<std::size_t> shown_of(const std::string& table, const json::object& all) {
  if (table == "accounts") return 1;
  if (table == "devices") return all.at("devices").as_array().size();
  if (table == "waiting_devices") return all.at("waiting_devices").as_array().size();
  if (table == "given_numbers") return all.at("given_numbers").as_array().size();
  if (table == "permits") return all.at("permits").as_array().size();
  if (table == "backups") return all.at("backups").as_array().size();
  if (table == "envelopes") return of_devices(all, "envelopes");
  if (table == "old_tokens") return of_devices(all, "old_tokens");
  if (table == "directory_keys") return of_devices(all, "known_keys");
  if (table == "one_time_prekeys")
    return of_devices(all, "one_time_prekeys") + of_devices(all, "one_time_kyber_prekeys");
  return std::nullopt;
}

/// Tables that name no account: about the server, about nobody, or reached through what is shown.
const std::set<std::string> about_no_account{"server", "payloads",   "used_challenges", "invites",
                                             "blobs",  "group_logs", "group_entries",   "sqlite_sequence"};

struct DisclosureTest : testing::Test {
  DisclosureTest() {
    CHECK(town.bob.send(town.ana, "hello", 1).status == 200u);
    keep_a_backup();
    town.world.time.settle();
    const auto found = net::run(town.world.time, town.world.storage->operators().disclose(town.ana.draft.account_id()));
    CHECK(found && *found);
    all = server::to_json(**found);
  }
  void keep_a_backup() {
    const wire::BackupBody body{.counter = 1,
                                .size = 10,
                                .archive_hash = crypto::sha256({base::Blob(10, 3)}),
                                .manifest = base::Blob(5, 1),
                                .blob = *base::fixed<16>(base::view(town.backup_grant.id()))};
    CHECK(town.keeper.send("PUT", "/v1/account/backup", town.act(body.serialize(), wire::Operation::backup)).status ==
          200u);
  }
  std::vector<std::string> texts(const std::string& sql) {
    server::Database database(town.world.folder.path / "server.db", server::Database::Access::read);
    server::Query query(database, sql);
    std::vector<std::string> found;
    while (query.next()) found.push_back(base::text(query.bytes(0)));
    return found;
  }
  std::uint64_t number(const std::string& sql, const std::vector<std::uint8_t>& id) {
    server::Database database(town.world.folder.path / "server.db", server::Database::Access::read);
    server::Query query(database, sql, base::View(id));
    return query.next() ? static_cast<std::uint64_t>(query.number(0)) : 0;
  }

  Town town;
  json::object all;
};

TEST_F(DisclosureTest, ShowsEveryRowOfTheAccountInEveryTable) {
  const auto tables = texts("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name");
  ASSERT_GT(tables.size(), 10u);
  const std::string mine = "(SELECT id FROM accounts WHERE account_id = ?)";
  for (const std::string& table : tables) {
    const std::vector<std::string> names = texts("SELECT name FROM pragma_table_info('" + table + "')");
    const std::set<std::string> columns(names.begin(), names.end());
    const bool has_account = columns.contains("account"), has_device = columns.contains("device");
    if (about_no_account.contains(table)) {
      EXPECT_FALSE(has_account || has_device) << table;
      continue;
    }
    const auto shown = shown_of(table, all);
    ASSERT_TRUE(shown) << table << " is new: disclose must show it, or it belongs among those about no account";
    const std::string of = table == "accounts" ? "id IN " + mine
                           : has_account       ? "account IN " + mine
                                               : "device IN (SELECT id FROM devices WHERE account IN " + mine + ")";
    const base::Blob id = base::blob(town.ana.draft.account_id().view());
    const std::uint64_t kept = number("SELECT count(*) FROM " + table + " WHERE " + of, id);
    EXPECT_GT(kept, 0u) << table << ": this account has nothing there, so nothing is shown by it";
    EXPECT_EQ(*shown, kept) << table;
  }
}

void collect(const json::value& value, std::set<std::string>& names) {
  if (const auto* list = value.if_array()) {
    for (const json::value& entry : *list) collect(entry, names);
  }
  if (const auto* object = value.if_object()) {
    for (const auto& [name, member] : *object) {
      names.insert(std::string(name));
      collect(member, names);
    }
  }
}

TEST_F(DisclosureTest, SaysEveryMemberInWords) {
  std::ostringstream out;
  server::print_disclosure(all, out);
  std::set<std::string> names;
  collect(all, names);
  EXPECT_GT(names.size(), 30u);
  for (const std::string& name : names) {
    const bool is_word = name.find('_') == std::string::npos;
    EXPECT_TRUE(is_word || out.str().find(name) == std::string::npos) << name;
  }
  EXPECT_NE(out.str().find("neither the text nor the sender can be read here"), std::string::npos) << out.str();
  EXPECT_NE(out.str().find("user name                       ana\n"), std::string::npos) << out.str();
}

TEST_F(DisclosureTest, HoldsNothingOfAnotherAccount) {
  const std::string text = json::serialize(all);
  EXPECT_EQ(text.find(town.bob.draft.account_id().text()), std::string::npos);
  EXPECT_EQ(text.find(town.bob.draft.mailbox.text()), std::string::npos);
}

}  // namespace
}  // namespace sotto::test
