#pragma once
#include <filesystem>
#include <fstream>

#include "server/blobs/blobs.hpp"
#include "server/devices/rendezvous.hpp"
#include "server/groups/group_logs.hpp"
#include "server/keeper.hpp"
#include "server/storage/embedded/database.hpp"
#include "wire/group_state.hpp"

namespace sotto::test {

/// All who ask without the right to: what was good once, is good for another, or for something else.
struct Town {
  Town() {
    CHECK(ana.move_in().status == 200u && bob.move_in().status == 200u);
    make_devices();
    make_permits();
    make_grants();
    make_groups();
    make_acts();
  }

  // Everything that the server keeps, to compare
  std::string dump() {
    world.time.settle();
    std::string all;
    server::Database database(world.folder.path / "server.db", server::Database::Access::read);
    std::vector<std::string> tables;
    {
      server::Query query(database, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name");
      while (query.next()) tables.push_back(base::text(query.bytes(0)));
    }
    for (const std::string& table : tables) {
      std::size_t columns = 0;
      const std::string count = "SELECT count(*) FROM pragma_table_info('" + table + "')";
      kept_sql_.push_back(std::make_unique<std::string>(count));
      server::Query asked(database, *kept_sql_.back());
      if (asked.next()) columns = static_cast<std::size_t>(asked.number(0));
      kept_sql_.push_back(std::make_unique<std::string>("SELECT * FROM " + table + " ORDER BY 1"));
      server::Query rows(database, *kept_sql_.back());
      while (rows.next()) {
        all += table;
        for (std::size_t i = 0; i < columns; ++i) all += '|' + base::to_hex(rows.bytes(static_cast<int>(i)));
        all += '\n';
      }
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(world.folder.path / "blobs"))
      all += entry.path().string() + (entry.is_regular_file() ? std::to_string(entry.file_size()) : "") + '\n';
    return all;
  }

  static net::Header token(const base::Bytes<32>& of) {
    return {.name = "Authorization", .value = "Bearer " + base::to_base64url(of)};
  }
  static net::Header header(std::string_view name, base::View value) {
    return {.name = std::string(name), .value = base::to_base64url(value)};
  }
  net::Header permit(const TestDevice& of, const wire::Permit& shown) const {
    return header("Sotto-Permit", base::concat({of.draft.account_id().view(), shown}));
  }
  base::Blob act(const base::Blob& body, wire::Operation operation, Keeper::By by = Keeper::By::account_key) {
    return keeper.act(operation, body, by);
  }
  /// The same by a key that is not the account's, or no longer.
  base::Blob act_by(const crypto::KeyPair& key, const base::Blob& body, wire::Operation operation) {
    const auto present = ana.draft.account.clone();
    ana.draft.account = key.clone();
    base::Blob made = act(body, operation);
    ana.draft.account = present.clone();
    return made;
  }

  ServerWorld world;
  TestDevice ana{world, 1, "ana"}, bob{world, 2, "bob"};
  Keeper keeper{ana};
  std::unique_ptr<SecondDevice> removed, waiting;
  base::Bytes<32> receive_token{}, replaced_token{};
  wire::Permit revoked_permit{}, expired_permit{};
  frames::BlobGrant blob_grant, group_grant, other_grant;
  wire::GroupId group{}, other_group{};
  wire::GroupTag old_read_tag{}, old_member_tag{}, read_tag{}, member_tag{}, other_tag{};
  crypto::KeyPair admin = crypto::KeyPair::generate(ana.draft.random);
  crypto::KeyPair old_account_key = ana.draft.account.clone();
  base::Blob replayed_list, replayed_name, replayed_backup;
  std::string used_grant;  // of a mailbox

  frames::BlobGrant grant(frames::BlobGrantRequest::Kind kind, std::uint64_t size) {
    frames::BlobGrantRequest request;
    request.set_kind(kind);
    request.set_size(size);
    return parsed<frames::BlobGrant>(ana.ask("POST", "/v1/blobs/grants", serialized(request)).body);
  }
  base::Blob group_state(const wire::GroupId& of, std::uint64_t after, const wire::Hash& last, const std::string& entry,
                         const crypto::KeyPair& signer) {
    const wire::GroupState state{.group = of,
                                 .last_position = after,
                                 .last_hash = last,
                                 .admin_keys = {admin.public_key},
                                 .read_tag_hash = wire::group_tag_hash(read_tag),
                                 .member_tag_hash = wire::group_tag_hash(member_tag),
                                 .entry_hash = wire::hash(wire::names::group_entry, base::view(entry))};
    const wire::GroupStateRequest request{
        .state = wire::Signed::make(wire::names::group_state, state.serialize(), signer.private_key, ana.draft.random),
        .entry = base::blob(base::view(entry))};
    last_state = wire::hash(wire::names::group_state, request.state.statement);
    return request.serialize();
  }
  wire::Hash last_state{};
  frames::BlobGrant backup_grant;  // of an archive that is whole

 private:
  void make_devices() {
    removed = std::make_unique<SecondDevice>(keeper, 11);
    CHECK(removed->arrive().status == 200u);
    used_grant = removed->request.grant();
    CHECK(keeper.put_list(removed->joined(2)).status == 200u);
    auto remaining = keeper.held().list.devices;
    remaining.pop_back();
    replayed_list = keeper.list_act({.devices = remaining});
    CHECK(keeper.send("PUT", "/v1/account/list", replayed_list).status == 200u);
    waiting = std::make_unique<SecondDevice>(keeper, 12);
    CHECK(waiting->arrive().status == 200u);
    // A new token, and the alarm of the old one already raised today.
    replaced_token = ana.draft.token;
    const auto next = world.random.bytes<32>();
    frames::NewToken request;
    request.set_token_hash(base::text(wire::hash(wire::names::device_token, next)));
    CHECK(ana.ask("POST", "/v1/token", serialized(request)).status == 200u);
    ana.draft.token = next;
    CHECK(ana.ask("GET", "/v1/status").status == 200u);
    CHECK(ana.ask_with({token(replaced_token)}, "GET", "/v1/status").status == 401u);
    receive_token = world.random.bytes<32>();
    frames::ReceiveToken receive;
    receive.set_token_hash(base::text(wire::hash(wire::names::device_token, receive_token)));
    CHECK(ana.ask("PUT", "/v1/token/receive", serialized(receive)).status == 200u);
  }
  void make_permits() {
    revoked_permit = world.random.bytes<16>();
    frames::PermitChange change;
    *change.add_add() = ana.permit_of_class(frames::Permit::LINK, revoked_permit);
    CHECK(ana.ask("PUT", "/v1/permits", serialized(change)).status == 200u);
    CHECK(bob.ask_with({permit(ana, revoked_permit)}, "GET", "/v1/account").status == 200u);
    frames::PermitChange revoke;
    revoke.add_revoke(base::text(wire::permit_hash(ana.draft.account_id(), revoked_permit)));
    CHECK(ana.ask("PUT", "/v1/permits", serialized(revoke)).status == 200u);
  }
  void make_grants() {
    blob_grant = grant(frames::BlobGrantRequest::ATTACHMENT, 1000);
    other_grant = grant(frames::BlobGrantRequest::ATTACHMENT, 1000);
    group_grant = grant(frames::BlobGrantRequest::GROUP, 0);
    backup_grant = grant(frames::BlobGrantRequest::BACKUP, 10);
    const base::Blob archive(10, 3);
    const std::string path = "/v1/blobs/" + base::to_base64url(base::view(backup_grant.id()));
    const std::vector<net::Header> by{header("Sotto-Grant", base::view(backup_grant.key()))};
    CHECK(ana.ask_with(by, "PUT", path + "?offset=0", archive).status == 200u);
    frames::BlobFinish finish;
    finish.set_size(10);
    finish.set_sha256(base::text(crypto::sha256({archive})));
    CHECK(ana.ask_with(by, "POST", path + "/finish", serialized(finish)).status == 200u);
  }
  void make_groups() {
    const auto make = [this](wire::GroupId& id) {
      const auto by = grant(frames::BlobGrantRequest::GROUP, 0);
      id = *base::fixed<16>(base::view(by.id()));
      CHECK(ana.ask_with({header("Sotto-Grant", base::view(by.key()))}, "PUT", "/v1/groups/" + base::to_base64url(id),
                         group_state(id, 0, {}, "first", admin))
                .status == 200u);
    };
    read_tag = world.random.bytes<16>();
    member_tag = other_tag = world.random.bytes<16>();
    make(other_group);
    read_tag = old_read_tag = world.random.bytes<16>();
    member_tag = old_member_tag = world.random.bytes<16>();
    make(group);
    read_tag = world.random.bytes<16>();
    member_tag = world.random.bytes<16>();
    CHECK(ana.ask_with({header("Sotto-Tag", old_member_tag)}, "POST",
                       "/v1/groups/" + base::to_base64url(group) + "/state",
                       group_state(group, 1, last_state, "removal", admin))
              .status == 200u);
  }
  void make_acts() {
    CHECK(keeper.put_list({.is_new_epoch = true}).status == 200u);
    replayed_name = act(wire::NameBody{.user_name = "once"}.serialize(), wire::Operation::user_name);
    CHECK(keeper.send("PUT", "/v1/account/name", replayed_name).status == 200u);
    CHECK(keeper.put_name("ana").status == 200u);
  }
  std::vector<std::unique_ptr<std::string>> kept_sql_;  // prepared statements are kept by their text's address
};

}  // namespace sotto::test
