#include "server/storage/embedded/mailbox_tables.hpp"

#include "server/limits.hpp"
#include "server/storage/embedded/device_tables.hpp"

namespace sotto::server::tables {
namespace {

QueueCounts::Count& of_class(QueueCounts::Counts& counts, PermitClass permit_class) {
  return counts.at(static_cast<std::size_t>(permit_class));
}

bool has_room(QueueCounts::Counts& counts, PermitClass permit_class, std::size_t size) {
  const QueueCounts::Count& count = of_class(counts, permit_class);
  const limits::Share share = limits::share(permit_class);
  return count.envelopes < share.envelopes && count.bytes + size <= share.bytes;
}

template <class Envelope>
bool has_room(const QueueCounts& all, QueueCounts::Counts& counts, const Envelope& envelope, std::size_t size) {
  return has_room(counts, envelope.permit_class, size) &&
         all.senders.has_room(envelope.device, envelope.permit_class, envelope.sender, size);
}

template <class Envelope>
void note(QueueCounts& all, QueueCounts::Counts& counts, const Envelope& envelope, std::size_t size) {
  QueueCounts::Count& count = of_class(counts, envelope.permit_class);
  ++count.envelopes;
  count.bytes += size;
  all.senders.note(envelope.device, envelope.permit_class, envelope.sender, size);
}

/// The first reason why an upload can't be kept whole.
Kept verdict(Database& database, QueueCounts& counts, const NewEnvelopes& envelopes) {
  for (const NewEnvelope& envelope : envelopes.envelopes) {
    QueueCounts::Counts* of_device = counts.of(database, envelope.device);
    if (!of_device) return Kept::no_such_device;
    if (envelopes.respects_limits && !has_room(counts, *of_device, envelope, envelope.bytes->size()))
      return Kept::mailbox_full;
  }
  return Kept::stored;
}

struct Deleted {
  PermitClass permit_class;
  std::uint64_t size;
  std::optional<std::int64_t> payload;
};

Deleted deleted(const Query& query) {
  return {.permit_class = static_cast<PermitClass>(query.number(0)),
          .size = static_cast<std::uint64_t>(query.number(1)),
          .payload = query.is_null(2) ? std::nullopt : std::optional(query.number(2))};
}

void forget_payload(Database& database, std::int64_t payload) {
  Query(database, "UPDATE payloads SET uses = uses - 1 WHERE id = ?", payload).run();
  Query(database, "DELETE FROM payloads WHERE id = ? AND uses <= 0", payload).run();
}

void note_deleted(Database& database, QueueCounts& counts, DeviceRow device, const Deleted& gone) {
  if (gone.payload) forget_payload(database, *gone.payload);
  QueueCounts::Counts* of_device = counts.of(database, device);
  if (!of_device) return;
  QueueCounts::Count& count = of_class(*of_device, gone.permit_class);
  count.envelopes -= std::min<std::uint64_t>(count.envelopes, 1);
  count.bytes -= std::min(count.bytes, gone.size);
  counts.senders.bound(device, gone.permit_class, count.envelopes, count.bytes);
}

}  // namespace

Kept store(Database& database, QueueCounts& counts, const NewEnvelopes& envelopes) {
  const Kept kept = verdict(database, counts, envelopes);
  if (kept != Kept::stored) return kept;
  for (const NewEnvelope& envelope : envelopes.envelopes) {
    Query(database,
          "INSERT INTO envelopes (id, device, class, day, upload, size, envelope) VALUES (?, ?, ?, ?, ?, ?, ?)",
          envelope.position, envelope.device.value, static_cast<std::int64_t>(envelope.permit_class),
          envelopes.day.value, envelopes.upload, envelope.bytes->size(), *envelope.bytes)
        .run();
    note(counts, *counts.of(database, envelope.device), envelope, envelope.bytes->size());
  }
  return Kept::stored;
}

std::vector<Kept> store_shared(Database& database, QueueCounts& counts, const SharedEnvelopes& envelopes) {
  Query(database, "INSERT INTO payloads (uses, payload) VALUES (0, ?)", envelopes.payload).run();
  const std::int64_t payload = database.last_id();
  std::vector<Kept> kept;
  std::uint64_t uses = 0;
  for (const SharedEnvelopes::Part& part : envelopes.parts) {
    QueueCounts::Counts* of_device = counts.of(database, part.device);
    const std::size_t size = part.head.size() + envelopes.payload.size();
    if (!of_device) {
      kept.push_back(Kept::no_such_device);
    } else if (!has_room(counts, *of_device, part, size)) {
      kept.push_back(Kept::mailbox_full);
    } else {
      Query(database,
            "INSERT INTO envelopes (id, device, class, day, upload, size, payload, envelope) VALUES (?, ?, ?, ?, ?, ?, "
            "?, ?)",
            part.position, part.device.value, static_cast<std::int64_t>(part.permit_class), envelopes.day.value,
            envelopes.upload, size, payload, part.head)
          .run();
      note(counts, *of_device, part, size);
      kept.push_back(Kept::stored);
      ++uses;
    }
  }
  if (uses == 0) {
    Query(database, "DELETE FROM payloads WHERE id = ?", payload).run();
  } else {
    Query(database, "UPDATE payloads SET uses = ? WHERE id = ?", uses, payload).run();
  }
  return kept;
}

std::vector<QueuedEnvelope> queued(Database& database, DeviceRow device, Position after, std::size_t max_count,
                                   std::size_t max_bytes) {
  Query query(database,
              "SELECT e.id, e.envelope, p.payload FROM envelopes e LEFT JOIN payloads p ON p.id = e.payload WHERE "
              "e.device = ? AND e.id > ? ORDER BY e.id LIMIT ?",
              device.value, after, max_count);
  std::vector<QueuedEnvelope> envelopes;
  std::size_t bytes = 0;
  while (query.next()) {
    bytes += query.bytes(1).size() + query.bytes(2).size();
    if (bytes > max_bytes && !envelopes.empty()) break;
    QueuedEnvelope envelope{.position = static_cast<Position>(query.number(0)), .envelope = base::blob(query.bytes(1))};
    const base::View payload = query.bytes(2);
    envelope.envelope.insert(envelope.envelope.end(), payload.begin(), payload.end());
    envelopes.push_back(std::move(envelope));
  }
  return envelopes;
}

void acknowledge(Database& database, QueueCounts& counts, DeviceRow device, const std::vector<Position>& positions) {
  for (const Position position : positions) {
    std::optional<Deleted> gone;
    {
      Query query(database, "DELETE FROM envelopes WHERE id = ? AND device = ? RETURNING class, size, payload",
                  position, device.value);
      while (query.next()) gone = deleted(query);
    }
    if (gone) note_deleted(database, counts, device, *gone);
  }
}

std::vector<std::uint64_t> recent_uploads(Database& database, std::size_t max) {
  Query query(database, "SELECT upload FROM envelopes ORDER BY id DESC LIMIT ?", max);
  std::vector<std::uint64_t> uploads;
  while (query.next()) uploads.push_back(static_cast<std::uint64_t>(query.number(0)));
  return uploads;
}

bool expire_envelopes(Database& database, QueueCounts& counts, base::Day today) {
  struct Old {
    Position position;
    DeviceRow device;
  };
  std::vector<Old> old;
  {
    // Positions ascend with the days: the first one that is young enough ends it.
    Query query(database, "SELECT id, device, day FROM envelopes ORDER BY id LIMIT ?", limits::expired_at_once);
    while (query.next()) {
      if (query.number(2) + limits::queue_days >= today.value) break;
      old.push_back({.position = static_cast<Position>(query.number(0)), .device = device_row(query.number(1))});
    }
  }
  for (const Old& envelope : old) acknowledge(database, counts, envelope.device, {envelope.position});
  return old.size() == limits::expired_at_once;
}

void reserve_positions(Database& database, Position below) {
  Query(database, "UPDATE server SET positions = max(positions, ?)", below).run();
}

Position reserved_positions(Database& database) {
  Query query(database, "SELECT positions FROM server");
  return query.next() ? static_cast<Position>(query.number(0)) : 0;
}

}  // namespace sotto::server::tables
