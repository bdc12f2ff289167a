#include <algorithm>

#include "crypto/hash.hpp"
#include "server/storage/embedded/account_tables.hpp"
#include "server/storage/embedded/acts/act_tables.hpp"
#include "server/storage/embedded/acts/removal.hpp"
#include "server/storage/embedded/device_tables.hpp"
#include "server/storage/embedded/prekey_tables.hpp"
#include "server/storage/embedded/tokens/waiting_tables.hpp"

namespace sotto::server::tables {
namespace {

struct Newcomer {
  KnownDevice device;
  base::Bytes<32> token_hash;
  wire::PrekeyUpload prekeys;  // of who is absent: none
};

/// What a list does to the devices of its account.
struct Plan {
  std::vector<DeviceRow> stay;
  std::vector<Newcomer> come;
};

bool is_same(const KnownDevice& left, const KnownDevice& right) {
  return left.number == right.number && left.identity_key == right.identity_key &&
         left.registration_id == right.registration_id && left.mailbox == right.mailbox;
}

bool is_number_of_another(Database& database, const KnownDevice& device, AccountRow account) {
  Query query(database, "SELECT identity_key FROM given_numbers WHERE account = ? AND number = ?", account.value,
              device.number.value);
  return query.next() && !base::same(query.bytes(0), device.identity_key.serialize());
}

std::optional<Newcomer> newcomer(Database& database, const ListChange& change, const KnownDevice& device) {
  if (change.arrival && change.arrival->number == device.number)
    return Newcomer{.device = device, .token_hash = change.arrival->token_hash, .prekeys = change.arrival->prekeys};
  const auto waiting = waiting_at(database, change.on.account, device.mailbox);
  if (!waiting || waiting->identity_key != device.identity_key || waiting->registration_id != device.registration_id)
    return std::nullopt;
  auto prekeys = wire::PrekeyUpload::parse(waiting->prekeys);
  if (!prekeys) throw SqlError{.code = SQLITE_CORRUPT, .message = "kept prekeys are none"};
  return Newcomer{.device = device, .token_hash = waiting->token_hash, .prekeys = *std::move(prekeys)};
}

/// Its token is nobody's: what hashes to this is not known to anybody.
Newcomer absent(const KnownDevice& device) {
  return {.device = device,
          .token_hash = crypto::sha256({device.mailbox.view(), device.identity_key.serialize()}),
          .prekeys = {}};
}

base::Result<Plan, Acted> plan(Database& database, const ListChange& change) {
  const auto present = devices_of_account(database, change.on.account);
  Plan made;
  for (const KnownDevice& listed : change.devices) {
    const auto found =
        std::ranges::find_if(present, [&listed](const KnownDevice& device) { return is_same(device, listed); });
    if (found != present.end()) {
      made.stay.push_back(found->row);
      continue;
    }
    if (!change.is_new_epoch && is_number_of_another(database, listed, change.on.account)) return Acted::number_given;
    auto comes = newcomer(database, change, listed);
    if (!comes && change.may_be_absent) comes = absent(listed);
    if (!comes) return Acted::device_unknown;
    made.come.push_back(*std::move(comes));
  }
  return made;
}

template <class Prekey>
base::Blob serialized(const std::optional<Prekey>& prekey) {
  return prekey ? wire::serialize(*prekey) : base::Blob();
}

/// returns  false if a key of it, its token or its mailbox is in use already
bool add_device(Database& database, const Newcomer& comes, const ActOn& act) {
  const KnownDevice& device = comes.device;
  const auto hashes = key_hashes(device.identity_key, comes.prekeys);
  if (has_any_key(database, hashes) || is_token_known(database, comes.token_hash) ||
      Query(database, "SELECT 1 FROM devices WHERE mailbox_id = ?", device.mailbox.view()).next())
    return false;
  Query(database,
        "INSERT INTO devices (account, number, registration_id, mailbox_id, identity_key, token_hash, signed_prekey, "
        "last_resort, last_day) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        act.account.value, device.number.value, device.registration_id.value, device.mailbox.view(),
        device.identity_key.serialize(), comes.token_hash, serialized(comes.prekeys.signed_prekey),
        serialized(comes.prekeys.last_resort), act.day.value)
      .run();
  const DeviceRow row = device_row(database.last_id());
  add_one_time_prekeys(database, row, comes.prekeys);
  keep_keys(database, row, hashes);
  return true;
}

void note_numbers(Database& database, const ListChange& change) {
  if (change.is_new_epoch)
    Query(database, "DELETE FROM given_numbers WHERE account = ?", change.on.account.value).run();
  for (const KnownDevice& device : change.devices) {
    Query(database, "INSERT INTO given_numbers (account, number, identity_key) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
          change.on.account.value, device.number.value, device.identity_key.serialize())
        .run();
  }
}

}  // namespace

ActOutcome replace_list(Database& database, QueueCounts& counts, const ListChange& change) {
  const auto stored = account_at(database, change.on.account);
  if (stored && stored->introduction == change.introduction) return {.what = Acted::repeated};
  Attempt attempt(database);
  if (auto refused = begin_act(database, change.on)) return *std::move(refused);
  const auto refuse = [&attempt](Acted why) {
    attempt.undo();
    return ActOutcome{.what = why};
  };
  const auto planned = plan(database, change);
  if (!planned) return refuse(planned.error());

  ActOutcome outcome{.what = Acted::done};
  for (const KnownDevice& device : devices_of_account(database, change.on.account)) {
    if (std::ranges::find(planned->stay, device.row) == planned->stay.end()) outcome.removed.push_back(device.row);
  }
  for (const DeviceRow device : outcome.removed) remove_device(database, counts, device, change.on.day);
  for (const Newcomer& comes : planned->come) {
    forget_waiting(database, comes.device.mailbox);
    if (!add_device(database, comes, change.on)) return refuse(Acted::key_known);
  }
  note_numbers(database, change);
  Query(database, "UPDATE accounts SET introduction = ? WHERE id = ?", change.introduction, change.on.account.value)
      .run();
  for (const Target& target : targets_of(database, change.on.account)) outcome.devices.push_back(target.row);
  return outcome;
}

Returned return_device(Database& database, const LostDevice& device) {
  const auto hashes = key_hashes(device.prekeys);
  const auto identity_key = device.identity_key.serialize();  // what is bound is looked at while the query lives
  std::optional<DeviceRow> row;
  {
    Query found(
        database,
        "SELECT id, token_hash, signed_prekey FROM devices WHERE account = ? AND number = ? AND identity_key = ?",
        device.account.value, device.number.value, identity_key);
    if (!found.next()) return Returned::device_known;  // as a list that stands by now says
    if (base::same(found.bytes(1), device.token_hash)) return Returned::repeated;
    if (!found.bytes(2).empty()) return Returned::device_known;
    row = device_row(found.number(0));
  }
  if (has_any_key(database, hashes) || is_token_known(database, device.token_hash)) return Returned::key_known;
  Query(database, "UPDATE devices SET token_hash = ?, signed_prekey = ?, last_resort = ?, last_day = ? WHERE id = ?",
        device.token_hash, serialized(device.prekeys.signed_prekey), serialized(device.prekeys.last_resort),
        device.day.value, row->value)
      .run();
  add_one_time_prekeys(database, *row, device.prekeys);
  keep_keys(database, *row, hashes);
  return Returned::done;
}

}  // namespace sotto::server::tables
