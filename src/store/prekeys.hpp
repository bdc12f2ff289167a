#pragma once
#include <optional>

#include "base/time.hpp"
#include "store/store.hpp"

/// The private halves of this device's prekeys, as the protocol serializes their records.
namespace sotto::store::prekeys {

enum class Kind : std::uint8_t { signed_ec = 1, kyber = 2, one_time_ec = 3 };

/// The next unused id of this kind; from 1, 24 bits, then around.
std::uint32_t next_id(Transaction& in, Kind kind);

void keep_signed(Transaction& in, std::uint32_t id, base::View record, base::Timestamp now);
void keep_kyber(Transaction& in, std::uint32_t id, base::View record, bool is_last_resort, base::Timestamp now);
void keep_one_time(Transaction& in, std::uint32_t id, base::View record);

std::optional<base::SecretBlob> load_signed(Transaction& in, std::uint32_t id);
std::optional<base::SecretBlob> load_kyber(Transaction& in, std::uint32_t id);
std::optional<base::SecretBlob> load_one_time(Transaction& in, std::uint32_t id);

void remove_one_time(Transaction& in, std::uint32_t id);

/// signal-protocol.md 3.8: a one-time Kyber prekey is deleted; for the last-resort one the triple is remembered. False
/// if that triple was seen before: the message is a replay.
bool mark_kyber_used(Transaction& in, std::uint32_t kyber_id, std::uint32_t signed_id, base::View base_key);

/// The upload that the server has not answered yet; its private halves are kept already.
void keep_upload(Transaction& in, base::View request);
std::optional<base::Blob> upload(Transaction& in);
void forget_upload(Transaction& in);

/// Deletes all but the newest `limit` one-time prekeys of each kind.
void keep_newest_one_time(Transaction& in, std::size_t limit);

/// When the one-time prekeys were looked after, and by how much this device's times for that are shifted.
struct Refill {
  base::Timestamp at;
  std::int64_t phase_ms = 0;
};
std::optional<Refill> last_refill(Transaction& in);
void keep_refill(Transaction& in, const Refill& refill);

/// All that is in the directory is to be replaced: everything is due, and no upload waits.
void renew_all(Transaction& in);

/// The medium-term ones in the directory may be any that were there before: newer ones are due. The private halves
/// stay.
///
/// made  before when one is old enough to be replaced
void make_due(Transaction& in, base::Timestamp made);

struct Ages {
  std::optional<base::Timestamp> signed_made;  // the newest
  std::optional<base::Timestamp> last_resort_made;
};
Ages ages(Transaction& in);
/// Deletes signed and last-resort prekeys made before `limit`, except the newest of each, with their replay log.
void remove_older(Transaction& in, base::Timestamp limit);

}  // namespace sotto::store::prekeys
