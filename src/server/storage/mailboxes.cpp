#include "server/storage/mailboxes.hpp"

#include <algorithm>

#include "server/limits.hpp"
#include "server/storage/accounts.hpp"

namespace sotto::server::tables {
namespace {

using Outcome = Delivery::Outcome;

struct Target {
  DeviceRow row;
  ListedMailbox listed;
  std::uint64_t queued;
  std::uint64_t queued_bytes;
};

std::vector<Target> targets_of(Database& database, std::int64_t account) {
  Query query(
      database,
      "SELECT id, mailbox_id, number, registration_id, queued, queued_bytes FROM devices WHERE account = ? ORDER BY "
      "number",
      account);
  std::vector<Target> targets;
  while (query.next()) {
    targets.push_back({.row = device_row(query.number(0)),
                       .listed = {.mailbox = intact(wire::MailboxId::from(query.bytes(1))),
                                  .number = wire::DeviceNumber(static_cast<std::uint8_t>(query.number(2))),
                                  .registration_id = wire::RegistrationId(static_cast<std::uint16_t>(query.number(3)))},
                       .queued = static_cast<std::uint64_t>(query.number(4)),
                       .queued_bytes = static_cast<std::uint64_t>(query.number(5))});
  }
  return targets;
}

const UploadItem* item_for(const Upload& upload, const wire::MailboxId& mailbox) {
  const auto found = std::ranges::find(upload.items, mailbox, &UploadItem::mailbox);
  return found == upload.items.end() ? nullptr : &*found;
}

std::optional<Delivery> repeated(Database& database, const Upload& upload) {
  Query query(database, "SELECT request_hash FROM uploads WHERE device = ? AND idempotency_key = ?",
              upload.sender.row.value, upload.idempotency_key);
  if (!query.next()) return std::nullopt;
  const bool is_same = base::same(query.bytes(0), upload.request_hash);
  return Delivery{.outcome = is_same ? Outcome::repeated : Outcome::conflict};
}

/// Whether the upload addresses exactly the devices that there are, as they are. The sender's own device is no target
/// of it.
std::optional<Delivery> mismatch(const Upload& upload, const std::vector<Target>& targets) {
  Delivery wrong{.outcome = Outcome::wrong_devices};
  Delivery stale{.outcome = Outcome::stale_devices};
  for (const Target& target : targets) {
    const UploadItem* item = item_for(upload, target.listed.mailbox);
    if (!item) {
      wrong.missing.push_back(target.listed);
    } else if (item->registration_id != target.listed.registration_id.value) {
      stale.stale.push_back(target.listed);
    }
  }
  for (const UploadItem& item : upload.items) {
    const bool is_known =
        std::ranges::any_of(targets, [&](const Target& t) { return t.listed.mailbox == item.mailbox; });
    if (!is_known) wrong.extra.push_back(item.mailbox);
  }
  if (!wrong.missing.empty() || !wrong.extra.empty()) return wrong;
  if (!stale.stale.empty()) return stale;
  return std::nullopt;
}

bool has_room(const Target& target, const UploadItem& item) {
  return target.queued < limits::mailbox_envelopes &&
         target.queued_bytes + item.envelope.size() <= limits::mailbox_bytes;
}

void append(Database& database, const Upload& upload, const Target& target, const UploadItem& item) {
  Query(database,
        "UPDATE devices SET last_position = last_position + 1, queued = queued + 1, queued_bytes = queued_bytes + ? "
        "WHERE id = "
        "?",
        item.envelope.size(), target.row.value)
      .run();
  Query(database,
        "INSERT INTO envelopes (device, position, sender, sender_device, day, envelope) VALUES (?1, (SELECT "
        "last_position FROM "
        "devices WHERE id = ?1), ?2, ?3, ?4, ?5)",
        target.row.value, upload.sender.account.view(), upload.sender.number.value, upload.day.value, item.envelope)
      .run();
}

void recount(Database& database, DeviceRow device, std::uint64_t gone, std::uint64_t gone_bytes) {
  Query(database, "UPDATE devices SET queued = queued - ?, queued_bytes = queued_bytes - ? WHERE id = ?", gone,
        gone_bytes, device.value)
      .run();
}

}  // namespace

Delivery deliver(Database& database, const Upload& upload) {
  if (const auto before = repeated(database, upload)) return *before;
  std::int64_t account = 0;
  {
    Query query(database, "SELECT id FROM accounts WHERE account_id = ?", upload.recipient.view());
    if (!query.next()) return {.outcome = Outcome::unknown_account};
    account = query.number(0);
  }
  const auto targets = targets_of(database, account);
  if (const auto wrong = mismatch(upload, targets)) return *wrong;
  for (const Target& target : targets) {
    if (!has_room(target, *item_for(upload, target.listed.mailbox))) return {.outcome = Outcome::mailbox_full};
  }

  Delivery delivery{.outcome = Outcome::done};
  for (const Target& target : targets) {
    append(database, upload, target, *item_for(upload, target.listed.mailbox));
    delivery.woken.push_back(target.row);
  }
  Query(database, "INSERT INTO uploads (device, idempotency_key, request_hash, day) VALUES (?, ?, ?, ?)",
        upload.sender.row.value, upload.idempotency_key, upload.request_hash, upload.day.value)
      .run();
  return delivery;
}

std::vector<QueuedEnvelope> queued(Database& database, DeviceRow device, std::uint64_t after, std::size_t max_count,
                                   std::size_t max_bytes) {
  Query query(
      database,
      "SELECT position, sender, sender_device, envelope FROM envelopes WHERE device = ? AND position > ? ORDER BY "
      "position LIMIT ?",
      device.value, after, max_count);
  std::vector<QueuedEnvelope> envelopes;
  std::size_t bytes = 0;
  while (query.next()) {
    bytes += query.bytes(3).size();
    if (bytes > max_bytes && !envelopes.empty()) break;
    envelopes.push_back({.position = static_cast<std::uint64_t>(query.number(0)),
                         .sender = intact(wire::AccountId::from(query.bytes(1))),
                         .sender_device = wire::DeviceNumber(static_cast<std::uint8_t>(query.number(2))),
                         .envelope = base::blob(query.bytes(3))});
  }
  return envelopes;
}

void acknowledge(Database& database, DeviceRow device, const std::vector<std::uint64_t>& positions) {
  std::uint64_t gone = 0, gone_bytes = 0;
  for (const std::uint64_t position : positions) {
    Query query(database, "DELETE FROM envelopes WHERE device = ? AND position = ? RETURNING length(envelope)",
                device.value, static_cast<std::int64_t>(position));
    while (query.next()) {
      ++gone;
      gone_bytes += static_cast<std::uint64_t>(query.number(0));
    }
  }
  if (gone > 0) recount(database, device, gone, gone_bytes);
}

void expire(Database& database, base::Day today) {
  const auto before = [today](std::uint32_t days) { return static_cast<std::int64_t>(today.value) - days; };
  struct Gone {
    DeviceRow device;
    std::uint64_t count, bytes;
  };
  std::vector<Gone> gone;
  {
    Query query(database, "SELECT device, count(*), sum(length(envelope)) FROM envelopes WHERE day < ? GROUP BY device",
                before(limits::queue_days));
    while (query.next()) {
      gone.push_back({.device = device_row(query.number(0)),
                      .count = static_cast<std::uint64_t>(query.number(1)),
                      .bytes = static_cast<std::uint64_t>(query.number(2))});
    }
  }
  Query(database, "DELETE FROM envelopes WHERE day < ?", before(limits::queue_days)).run();
  for (const Gone& mailbox : gone) recount(database, mailbox.device, mailbox.count, mailbox.bytes);
  Query(database, "DELETE FROM uploads WHERE day < ?", before(limits::queue_days)).run();
  Query(database, "DELETE FROM directory_keys WHERE gone_day < ?", before(limits::spent_key_days)).run();
}

}  // namespace sotto::server::tables
