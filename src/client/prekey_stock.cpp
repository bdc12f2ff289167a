#include "client/prekey_stock.hpp"

#include <algorithm>

#include "client/rotation.hpp"
#include "protocol/pqxdh/prekeys.hpp"
#include "store/prekeys.hpp"

namespace sotto::client::prekey_stock {
namespace {

std::uint64_t ms(base::Timestamp at) { return static_cast<std::uint64_t>(std::max<std::int64_t>(at.ms, 0)); }

wire::SignedPrekey make_signed(store::Transaction& in, const crypto::PrivateKey& identity, base::Timestamp now,
                               base::Random& random) {
  const std::uint32_t id = store::prekeys::next_id(in, store::prekeys::Kind::signed_ec);
  const auto made = protocol::SignedPreKey::generate(protocol::SignedPreKeyId(id), identity, ms(now), random);
  store::prekeys::keep_signed(in, id, made.serialize().expose(), now);
  return {.id = id, .key = made.keys.public_key.serialize(), .signature = made.signature};
}

struct ToMake {
  bool is_last_resort;
  base::Timestamp now;
};

wire::KyberPrekey make_kyber(store::Transaction& in, const crypto::PrivateKey& identity, ToMake how,
                             base::Random& random) {
  const std::uint32_t id = store::prekeys::next_id(in, store::prekeys::Kind::kyber);
  const auto made = protocol::KyberPreKey::generate(protocol::KyberPreKeyId(id), identity, ms(how.now), random);
  store::prekeys::keep_kyber(in, id, made.serialize().expose(), how.is_last_resort, how.now);
  wire::KyberPrekey open{.id = id, .key = {}, .signature = made.signature};
  std::ranges::copy(made.keys.public_key.serialize(), open.key.begin());
  return open;
}

wire::OneTimePrekey make_one_time(store::Transaction& in, base::Random& random) {
  const std::uint32_t id = store::prekeys::next_id(in, store::prekeys::Kind::one_time_ec);
  const auto made = protocol::OneTimePreKey::generate(protocol::PreKeyId(id), random);
  store::prekeys::keep_one_time(in, id, made.serialize().expose());
  return {.id = id, .key = made.keys.public_key.serialize()};
}

bool is_refill_due(store::Transaction& in, base::Timestamp now) {
  const auto last = store::prekeys::last_refill(in);
  return !last || rotation::policy.is_refill_due(last->at, last->phase_ms, now);
}

/// Looked after now: not again before the next span, whatever is taken meanwhile.
void note_refill(store::Transaction& in, base::Timestamp now, base::Random& random) {
  const auto last = store::prekeys::last_refill(in);
  const auto raw = random.bytes<4>();
  const std::int64_t drawn = std::int64_t{raw[0]} << 24 | raw[1] << 16 | raw[2] << 8 | raw[3];
  store::prekeys::keep_refill(in, {.at = now, .phase_ms = last ? last->phase_ms : drawn % rotation::policy.refill_ms});
}

}  // namespace

wire::PrekeyUpload make(store::Transaction& in, const crypto::PrivateKey& identity, const Wanted& wanted,
                        base::Timestamp now, base::Random& random) {
  wire::PrekeyUpload upload;
  if (wanted.medium_term) {
    upload.signed_prekey = make_signed(in, identity, now, random);
    upload.last_resort = make_kyber(in, identity, {.is_last_resort = true, .now = now}, random);
  }
  for (std::size_t i = 0; i < wanted.one_time; ++i) upload.one_time.push_back(make_one_time(in, random));
  for (std::size_t i = 0; i < wanted.one_time_kyber; ++i) {
    upload.one_time_kyber.push_back(make_kyber(in, identity, {.is_last_resort = false, .now = now}, random));
  }
  if (wanted.one_time > 0) note_refill(in, now, random);
  store::prekeys::remove_older(in, rotation::policy.oldest_private(now));
  store::prekeys::keep_newest_one_time(in, rotation::policy.max_one_time);  // whatever a server says is left
  return upload;
}

Wanted due(store::Transaction& in, const Left& left, base::Timestamp now) {
  const auto ages = store::prekeys::ages(in);
  const base::Timestamp* made = ages.signed_made ? &*ages.signed_made : nullptr;
  Wanted wanted{.medium_term = rotation::policy.is_medium_term_due(made, now)};
  if (!is_refill_due(in, now)) return wanted;
  wanted.one_time = rotation::policy.one_time_lacking(left.one_time);
  wanted.one_time_kyber = rotation::policy.one_time_lacking(left.one_time_kyber);
  return wanted;
}

base::Timestamp next_refill(store::Transaction& in, base::Timestamp now) {
  const auto last = store::prekeys::last_refill(in);
  if (!last || is_refill_due(in, now)) return now;
  return rotation::policy.next_refill(last->at, last->phase_ms);
}

std::optional<base::Blob> upload(store::Transaction& in, const crypto::PrivateKey& identity, const Left& left,
                                 base::Timestamp now, base::Random& random) {
  if (auto kept = store::prekeys::upload(in)) return kept;
  const Wanted wanted = due(in, left, now);
  if (is_refill_due(in, now)) note_refill(in, now, random);
  if (!wanted.medium_term && wanted.one_time == 0 && wanted.one_time_kyber == 0) return std::nullopt;
  base::Blob made = make(in, identity, wanted, now, random).serialize();
  store::prekeys::keep_upload(in, made);
  return made;
}

}  // namespace sotto::client::prekey_stock
