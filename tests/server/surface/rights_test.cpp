// Every endpoint, asked without the right to: refused, and nothing changed. A route without a row here fails the test.
#include <gtest/gtest.h>

#include <map>

#include "server/route.hpp"
#include "server/surface/town.hpp"
#include "wire/device_return.hpp"

namespace sotto::test {
namespace {

using server::Credential;
using wire::Operation;

struct Attempt {
  std::string who;
  std::vector<net::Header> headers = {};
  std::string target = {};  // empty: the row's
  base::Blob body = {};
};

/// How one route is asked.
struct Row {
  std::string target;                  // that exists, for the right credential
  base::Blob body = {};                // that would be taken, or at least read
  std::vector<Attempt> attempts = {};  // of who proves itself in the body, or by the address
  std::string open_because = {};       // why nobody is refused
};

std::string name_of(const server::Route& route) { return std::string(route.method) + " " + std::string(route.path); }

std::string in_path(base::View id) { return base::to_base64url(id); }

std::vector<Attempt> device_attempts(Town& town) {
  return {{.who = "nobody"},
          {.who = "nonsense", .headers = {{.name = "Authorization", .value = "Bearer nonsense"}}},
          {.who = "an unknown token", .headers = {Town::token(base::Bytes<32>{1})}},
          {.who = "a removed device", .headers = {Town::token(town.removed->device.draft.token)}},
          {.who = "a receive-only token", .headers = {Town::token(town.receive_token)}},
          {.who = "a replaced token", .headers = {Town::token(town.replaced_token)}},
          {.who = "a device that waits", .headers = {Town::token(town.waiting->device.draft.token)}},
          {.who = "a permit", .headers = {town.permit(town.ana, town.ana.permit)}}};
}

std::vector<Attempt> permit_attempts(Town& town) {
  return {{.who = "nobody"},
          {.who = "nonsense", .headers = {{.name = "Sotto-Permit", .value = "nonsense"}}},
          {.who = "an unknown permit", .headers = {town.permit(town.ana, wire::Permit{1})}},
          {.who = "another account's permit", .headers = {town.permit(town.ana, town.bob.permit)}},
          {.who = "a revoked permit", .headers = {town.permit(town.ana, town.revoked_permit)}},
          {.who = "a permit of an account that isn't there",
           .headers = {Town::header("Sotto-Permit",
                                    base::concat({RegistrationDraft(99).account_id().view(), town.ana.permit}))}},
          {.who = "a token", .headers = {Town::token(town.bob.draft.token)}},
          {.who = "a token beside the permit",
           .headers = {town.permit(town.ana, town.ana.permit), Town::token(town.bob.draft.token)}},
          {.who = "a receive-only token", .headers = {Town::token(town.receive_token)}}};
}

std::vector<Attempt> grant_attempts(Town& town) {
  return {
      {.who = "nobody"},
      {.who = "nonsense", .headers = {{.name = "Sotto-Grant", .value = "nonsense"}}},
      {.who = "an unknown grant", .headers = {Town::header("Sotto-Grant", base::Bytes<16>{1})}},
      {.who = "a grant for another id", .headers = {Town::header("Sotto-Grant", base::view(town.other_grant.key()))}},
      {.who = "a token", .headers = {Town::token(town.ana.draft.token)}}};
}

std::vector<Attempt> group_attempts(Town& town) {
  return {{.who = "nobody"},
          {.who = "nonsense", .headers = {{.name = "Sotto-Tag", .value = "nonsense"}}},
          {.who = "an unknown tag", .headers = {Town::header("Sotto-Tag", wire::GroupTag{1})}},
          {.who = "a tag of another group", .headers = {Town::header("Sotto-Tag", town.other_tag)}},
          {.who = "the read tag of before", .headers = {Town::header("Sotto-Tag", town.old_read_tag)}},
          {.who = "the member tag of before", .headers = {Town::header("Sotto-Tag", town.old_member_tag)}},
          {.who = "a token", .headers = {Town::token(town.ana.draft.token)}},
          {.who = "a group that isn't there",
           .headers = {Town::header("Sotto-Tag", town.member_tag)},
           .target = "/v1/groups/" + in_path(wire::GroupId{7}) + "/log"}};
}

std::vector<Attempt> attempts_of(const server::Route& route, Town& town, const Row& row) {
  std::vector<Attempt> attempts = row.attempts;
  std::vector<Attempt> common;
  switch (route.credential) {
    case Credential::none:
      break;
    case Credential::device:
      common = device_attempts(town);
      break;
    case Credential::standing:
      common = device_attempts(town);
      std::erase_if(common, [](const Attempt& attempt) { return attempt.who == "a device that waits"; });
      break;
    case Credential::permit:
      common = permit_attempts(town);
      break;
    case Credential::grant:
      common = grant_attempts(town);
      break;
    case Credential::group:
      common = group_attempts(town);
      break;
  }
  attempts.insert(attempts.end(), common.begin(), common.end());
  return attempts;
}

std::vector<Attempt> act_attempts(Town& town, const base::Blob& body, Operation operation, const base::Blob& replayed) {
  std::vector<Attempt> attempts{
      {.who = "nobody", .body = {}},
      {.who = "nonsense", .body = {1, 2, 3}},
      {.who = "an old epoch's key", .body = town.act_by(town.old_account_key, body, operation)},
      {.who = "another account's key", .body = town.act_by(town.bob.draft.account, body, operation)},
      {.who = "a device's key", .body = town.act_by(town.ana.draft.identity, body, operation)},
      {.who = "a token", .headers = {Town::token(town.ana.draft.token)}, .body = {}},
      {.who = "an act of another operation",
       .body = town.act(body, operation == Operation::backup ? Operation::user_name : Operation::backup)}};
  if (!replayed.empty()) attempts.push_back({.who = "a replayed act", .body = replayed});
  base::Blob tampered = town.act(body, operation);
  tampered.back() ^= 1;
  attempts.push_back({.who = "a changed act", .body = tampered});
  return attempts;
}

base::Blob new_epoch_without_root(Town& town) {
  const auto present = town.ana.draft.account.clone();
  base::Blob body = town.keeper.list_body({.is_new_epoch = true});
  base::Blob act =
      town.keeper.act(Operation::device_list, std::move(body), Keeper::By::account_key, town.keeper.last_order);
  town.ana.draft.account = present.clone();
  return act;
}

void add_accounts(std::map<std::string, Row>& rows, Town& town) {
  rows["POST /v1/register/begin"] = {.target = "/v1/register/begin", .open_because = "it keeps nothing"};
  base::Blob changed = town.bob.registration;
  changed.back() ^= 1;
  TestDevice again(town.world, 1, "again");  // ana's root, with other keys beneath
  again.draft.root = town.ana.draft.root.clone();
  again.draft.account = crypto::KeyPair::generate(again.draft.random);
  again.draft.identity = crypto::KeyPair::generate(again.draft.random);
  again.draft.token = town.world.random.bytes<32>();
  again.begin();
  rows["POST /v1/register"] = {.target = "/v1/register",
                               .attempts = {{.who = "nobody"},
                                            {.who = "a changed registration", .body = changed},
                                            {.who = "an account a second time", .body = again.draft.request()}}};
  rows["POST /v1/acts/begin"] = {.target = "/v1/acts/begin", .open_because = "it keeps nothing"};
  Row list{.target = "/v1/account/list",
           .attempts = act_attempts(town, town.keeper.list_body({.devices = town.keeper.held().list.devices}),
                                    Operation::device_list, town.replayed_list)};
  list.attempts.push_back({.who = "a new epoch without the root", .body = new_epoch_without_root(town)});
  rows["PUT /v1/account/list"] = list;
  rows["PUT /v1/account/name"] = {.target = "/v1/account/name",
                                  .attempts = act_attempts(town, wire::NameBody{.user_name = "thief"}.serialize(),
                                                           Operation::user_name, town.replayed_name)};
  rows["POST /v1/account/deletion"] = {.target = "/v1/account/deletion",
                                       .attempts = act_attempts(town, {}, Operation::deletion, town.replayed_name)};
  Row keeping{.target = "/v1/account/keeping",
              .attempts = act_attempts(town, {}, Operation::keeping, town.replayed_name)};
  keeping.attempts.push_back({.who = "the account key alone", .body = town.act({}, Operation::keeping)});
  rows["POST /v1/account/keeping"] = keeping;
  const wire::BackupBody backup{.counter = 1,
                                .size = 10,
                                .archive_hash = crypto::sha256({base::Blob(10, 3)}),
                                .manifest = {1},
                                .blob = *base::fixed<16>(base::view(town.backup_grant.id()))};
  rows["PUT /v1/account/backup"] = {
      .target = "/v1/account/backup",
      .attempts = act_attempts(town, backup.serialize(), Operation::backup, town.replayed_name)};
  rows["GET /v1/names/{name}"] = {.target = "/v1/names/ana"};
  for (const auto* get : {"/v1/own/account", "/v1/account", "/v1/status", "/v1/own/backup"})
    rows[std::string("GET ") + get] = {.target = get};
  rows["PUT /v1/settings"] = {.target = "/v1/settings"};
  rows["PUT /v1/own/account"] = {.target = "/v1/own/account", .body = town.keeper.introduction().serialize()};
}

base::Blob return_of_the_first_device(Town& town, const crypto::PrivateKey& by) {
  const base::Blob prekeys = town.ana.draft.prekeys().serialize();
  const wire::DeviceReturn says{.server = "here:443",
                                .account_id = town.ana.draft.account_id(),
                                .number = wire::DeviceNumber(1),
                                .token_hash = {7},
                                .challenge = *base::fixed<32>(base::view(town.keeper.begin().challenge())),
                                .prekeys_hash = crypto::sha256({prekeys})};
  return wire::DeviceReturnRequest{
      .introduction = town.keeper.introduction(),
      .statement = wire::Signed::make(wire::names::device_return, says.serialize(), by, town.keeper.random()),
      .prekeys = prekeys}
      .serialize();
}

void add_devices(std::map<std::string, Row>& rows, Town& town) {
  rows["POST /v1/grants"] = {.target = "/v1/grants"};
  SecondDevice fresh(town.keeper, 40);
  frames::NewDevice by_used = fresh.request, by_nobody = fresh.request, of_bob = fresh.request;
  by_used.set_grant(town.used_grant);
  by_nobody.set_grant(std::string(32, 'x'));
  of_bob.set_account_id(base::text(town.bob.draft.account_id().view()));
  rows["POST /v1/devices"] = {.target = "/v1/devices",
                              .attempts = {{.who = "nobody"},
                                           {.who = "a used grant", .body = serialized(by_used)},
                                           {.who = "an unknown grant", .body = serialized(by_nobody)},
                                           {.who = "another account's grant", .body = serialized(of_bob)}}};
  rows["POST /v1/devices/return"] = {
      .target = "/v1/devices/return",
      .attempts = {{.who = "nobody"},
                   {.who = "another account's key",
                    .body = return_of_the_first_device(town, town.bob.draft.identity.private_key)},
                   {.who = "the account key", .body = return_of_the_first_device(town, town.keeper.account_key())},
                   {.who = "a device that was never lost",
                    .body = return_of_the_first_device(town, town.ana.draft.identity.private_key)}}};
  frames::NewToken token;
  token.set_token_hash(std::string(32, 't'));
  rows["POST /v1/token"] = {.target = "/v1/token", .body = serialized(token)};
  rows["PUT /v1/token/receive"] = {.target = "/v1/token/receive", .body = serialized(token)};
  frames::GenerationChange generation;
  generation.mutable_next()->set_number(1);
  generation.mutable_next()->set_tick(std::string(16, 't'));
  rows["PUT /v1/generation"] = {.target = "/v1/generation", .body = serialized(generation)};
  frames::PermitChange permits;
  *permits.add_add() = town.ana.permit_of_class(frames::Permit::CONTACT, wire::Permit{5});
  rows["PUT /v1/permits"] = {.target = "/v1/permits", .body = serialized(permits)};
  rows["PUT /v1/prekeys"] = {.target = "/v1/prekeys", .body = town.ana.draft.prekeys().serialize()};
  rows["GET /v1/mailbox"] = {.target = "/v1/mailbox"};
}

void add_rendezvous(std::map<std::string, Row>& rows, Town& town) {
  const auto opened = parsed<frames::RendezvousOpened>(town.ana.ask_with({}, "POST", "/v1/rendezvous").body);
  const std::string path = "/v1/rendezvous/" + in_path(base::view(opened.rendezvous_id()));
  const std::string nowhere = "/v1/rendezvous/" + in_path(base::Bytes<16>{7});
  CHECK(town.ana.ask_with({}, "POST", path + "/guest").status == 200u);
  rows["POST /v1/rendezvous"] = {.target = "/v1/rendezvous", .open_because = "it is bounded, short and in memory"};
  rows["POST /v1/rendezvous/{id}/guest"] = {
      .target = path + "/guest",
      .attempts = {{.who = "a second guest"}, {.who = "who knows no id", .target = nowhere + "/guest"}}};
  const auto by_key = [&](const std::string& tail) {
    const std::vector<net::Header> host{Town::header("Sotto-Rendezvous", base::view(opened.key()))};
    return std::vector<Attempt>{
        {.who = "nobody", .body = {1}},
        {.who = "a wrong key", .headers = {Town::header("Sotto-Rendezvous", base::Bytes<16>{1})}, .body = {1}},
        {.who = "a token", .headers = {Town::token(town.ana.draft.token)}, .body = {1}},
        {.who = "the host of another", .headers = host, .target = nowhere + tail, .body = {1}}};
  };
  rows["POST /v1/rendezvous/{id}/messages"] = {.target = path + "/messages", .attempts = by_key("/messages")};
  rows["GET /v1/rendezvous/{id}/messages"] = {.target = path + "/messages", .attempts = by_key("/messages")};
  rows["DELETE /v1/rendezvous/{id}"] = {.target = path, .attempts = by_key("")};
}

base::Blob shared_upload(Town& town, const wire::Permit& permit) {
  frames::SharedSendRequest request;
  request.set_idempotency_key(std::string(16, 's'));
  request.set_permits(base::text(permit));
  const base::Bytes<2> begin{0x23, 1};
  const base::Bytes<1> kind{0};
  const base::Bytes<3> device{1, 4242 >> 8, 4242 & 0xFF};
  request.set_message(base::text(base::concat({begin, kind, town.ana.draft.mailbox.view(), device, base::Blob(48, 7),
                                               base::Blob(32, 0xEE), base::Blob(20, 0xCC)})));
  return serialized(request);
}

void add_sending(std::map<std::string, Row>& rows, Town& town) {
  rows["POST /v1/bundles"] = {.target = "/v1/bundles"};
  rows["POST /v1/own/bundles"] = {.target = "/v1/own/bundles"};
  frames::BundleRequest bundles;
  bundles.set_account_id(base::text(town.bob.draft.account_id().view()));
  rows["POST /v1/knocks/bundles"] = {.target = "/v1/knocks/bundles", .body = serialized(bundles)};
  const base::Blob letter = serialized(town.bob.letter_to(town.ana, "hello", 9));
  auto knock = town.ana.letter_to(town.bob, "hello", 9);
  knock.set_recipient(base::text(town.bob.draft.account_id().view()));
  frames::SendRequest to_own;
  to_own.set_idempotency_key(std::string(16, 'o'));
  rows["POST /v1/messages"] = {.target = "/v1/messages", .body = letter};
  rows["POST /v1/own/messages"] = {.target = "/v1/own/messages", .body = serialized(to_own)};
  rows["POST /v1/knocks"] = {.target = "/v1/knocks", .body = serialized(knock)};
  // Each entry is answered by itself: what is refused is that anything is delivered.
  rows["POST /v1/shared-messages"] = {
      .target = "/v1/shared-messages",
      .attempts = {{.who = "an unknown permit", .body = shared_upload(town, wire::Permit{1})},
                   {.who = "another account's permit", .body = shared_upload(town, town.bob.permit)},
                   {.who = "a revoked permit", .body = shared_upload(town, town.revoked_permit)}}};
}

void add_blobs(std::map<std::string, Row>& rows, Town& town) {
  frames::BlobGrantRequest request;
  request.set_size(10);
  rows["POST /v1/blobs/grants"] = {.target = "/v1/blobs/grants", .body = serialized(request)};
  const std::string path = "/v1/blobs/" + in_path(base::view(town.blob_grant.id()));
  rows["PUT /v1/blobs/{id}"] = {.target = path + "?offset=0", .body = base::Blob(10, 1)};
  rows["GET /v1/blobs/{id}/upload"] = {.target = path + "/upload"};
  frames::BlobFinish finish;
  finish.set_size(10);
  finish.set_sha256(std::string(32, 'h'));
  rows["POST /v1/blobs/{id}/finish"] = {.target = path + "/finish", .body = serialized(finish)};
  const std::string archive = "/v1/blobs/" + in_path(base::view(town.backup_grant.id()));
  rows["GET /v1/blobs/{id}"] = {
      .target = path,
      .attempts = {{.who = "who knows no id", .target = "/v1/blobs/" + in_path(base::Bytes<16>{7})},
                   {.who = "who knows the id of an archive", .target = archive},
                   {.who = "who comes before it is whole"}}};
  const wire::BackupAccess access{
      .server = "here:443", .account_id = town.ana.draft.account_id(), .challenge = base::Bytes<32>{1}};
  const auto signed_by = [&](const crypto::KeyPair& key, bool has_challenge) {
    wire::BackupAccess made = access;
    if (has_challenge) made.challenge = *base::fixed<32>(base::view(town.keeper.begin().challenge()));
    frames::BackupRead read;
    read.set_access(base::text(
        wire::Signed::make(wire::names::backup_access, made.serialize(), key.private_key, town.ana.draft.random)
            .serialize()));
    return serialized(read);
  };
  rows["POST /v1/backups/read"] = {
      .target = "/v1/backups/read",
      .attempts = {{.who = "nobody"},
                   {.who = "a foreign challenge", .body = signed_by(town.ana.draft.backup_access, false)},
                   {.who = "another account's key", .body = signed_by(town.bob.draft.backup_access, true)},
                   {.who = "a device's key", .body = signed_by(town.ana.draft.identity, true)}}};
  rows["GET /v1/backups/{key}"] = {.target = "/v1/backups/" + in_path(base::Bytes<16>{7}),
                                   .attempts = {{.who = "a wrong key"}}};
}

void add_groups(std::map<std::string, Row>& rows, Town& town) {
  const auto id = *base::fixed<16>(base::view(town.group_grant.id()));
  rows["PUT /v1/groups/{id}"] = {.target = "/v1/groups/" + in_path(id),
                                 .body = town.group_state(id, 0, {}, "first", town.admin)};
  const std::string path = "/v1/groups/" + in_path(town.group);
  const wire::Hash last = town.last_state;
  const std::vector<net::Header> member{Town::header("Sotto-Tag", town.member_tag)};
  const std::vector<net::Header> reader{Town::header("Sotto-Tag", town.read_tag)};
  rows["POST /v1/groups/{id}/state"] = {
      .target = path + "/state",
      .body = town.group_state(town.group, 2, last, "next", town.admin),
      .attempts = {
          {.who = "a reader", .headers = reader, .body = town.group_state(town.group, 2, last, "next", town.admin)},
          {.who = "a member that is no admin",
           .headers = member,
           .body = town.group_state(town.group, 2, last, "next", town.ana.draft.stranger)},
          {.who = "an admin behind the last state",
           .headers = member,
           .body = town.group_state(town.group, 1, last, "next", town.admin)}}};
  rows["POST /v1/groups/{id}/statements"] = {
      .target = path + "/statements", .body = {1}, .attempts = {{.who = "a reader", .headers = reader, .body = {1}}}};
  rows["GET /v1/groups/{id}/log"] = {.target = path + "/log"};
}

std::map<std::string, Row> rows_of(Town& town) {
  std::map<std::string, Row> rows;
  add_groups(rows, town);
  add_accounts(rows, town);
  add_devices(rows, town);
  add_rendezvous(rows, town);
  add_sending(rows, town);
  add_blobs(rows, town);
  return rows;
}

/// The headers of who may.
std::vector<net::Header> right_for(const server::Route& route, Town& town) {
  switch (route.credential) {
    case Credential::none:
      return {};
    case Credential::device:
    case Credential::standing:
      return {Town::token(town.ana.draft.token)};
    case Credential::permit:
      return {town.permit(town.ana, town.ana.permit)};
    case Credential::grant:
      return {Town::header("Sotto-Grant",
                           base::view(route.path.find("groups") == std::string_view::npos ? town.blob_grant.key()
                                                                                          : town.group_grant.key()))};
    case Credential::group:
      return {Town::header("Sotto-Tag", town.member_tag)};
  }
  return {};
}

/// For want of the right, and not because too much was asked or it took too long.
bool is_refused(const server::Route& route, const net::Response& response) {
  if (route.path.starts_with("/v1/account/") && code_of(response) == "challenge_expired") return false;
  if (route.path != "/v1/shared-messages") return response.status >= 400 && response.status < 500;
  if (response.status != 200) return response.status < 500;
  const auto answer = parsed<frames::SharedSendAnswer>(response.body);
  return answer.outcomes_size() == 1 && answer.outcomes(0) == frames::SharedSendAnswer::NO_PERMIT;
}

net::Response ask(Town& town, const server::Route& route, const Row& row, const Attempt& attempt) {
  const std::string& target = attempt.target.empty() ? row.target : attempt.target;
  const base::Blob& body = attempt.body.empty() ? row.body : attempt.body;
  for (;;) {
    auto response = town.ana.ask_with(attempt.headers, std::string(route.method), target, body);
    if (response.status != 429) return response;
    town.world.time.run_for(std::chrono::seconds(std::stoi(std::string(net::header(response.headers, "Retry-After")))));
  }
}

TEST(Rights, EveryRouteHasARowAndEveryRowARoute) {
  Town town;
  auto rows = rows_of(town);
  for (const server::Route& route : server::routes()) {
    const auto found = rows.find(name_of(route));
    ASSERT_NE(found, rows.end()) << name_of(route);
    const bool is_asked = !attempts_of(route, town, found->second).empty();
    EXPECT_NE(is_asked, !found->second.open_because.empty()) << name_of(route);
    rows.erase(found);
  }
  for (const auto& [name, row] : rows) ADD_FAILURE() << "no route " << name;
}

TEST(Rights, WhoHasNoRightIsRefusedAndChangesNothing) {
  Town town;
  const auto rows = rows_of(town);
  std::string before = town.dump();
  for (const server::Route& route : server::routes()) {
    const auto found = rows.find(name_of(route));
    if (found == rows.end()) continue;
    for (const Attempt& attempt : attempts_of(route, town, found->second)) {
      SCOPED_TRACE(name_of(route) + " by " + attempt.who);
      const net::Response response = ask(town, route, found->second, attempt);
      EXPECT_TRUE(is_refused(route, response)) << response.status << " " << base::text(response.body);
      const std::string after = town.dump();
      EXPECT_TRUE(after == before);
      before = after;
    }
  }
}

TEST(Rights, WhoHasTheRightIsNotRefusedForWantOfIt) {
  for (const server::Route& route : server::routes()) {
    if (route.credential == Credential::none) continue;
    SCOPED_TRACE(name_of(route));
    Town town;
    const Row row = rows_of(town)[name_of(route)];
    const auto response = town.ana.ask_with(right_for(route, town), std::string(route.method), row.target, row.body);
    EXPECT_TRUE(response.status != 401 && response.status != 403) << base::text(response.body);
  }
}

TEST(Rights, AMailboxOpensToADevicesOwnTokensOnly) {
  Town town;
  const std::string before = town.dump();
  for (const Attempt& attempt : device_attempts(town)) {
    SCOPED_TRACE(attempt.who);
    net::Request head{.target = "/v1/mailbox", .headers = attempt.headers};
    const auto opened =
        net::run(town.world.time, net::connect_websocket(town.world.network, town.world.time, town.world.endpoint(), {},
                                                         std::move(head), {}, std::chrono::seconds(10)));
    EXPECT_EQ(opened.has_value(), attempt.who == "a receive-only token");
  }
  EXPECT_TRUE(town.dump() == before);
}

}  // namespace
}  // namespace sotto::test
