#pragma once
#include "base/random.hpp"
#include "store/own_account.hpp"
#include "wire/prekeys.hpp"

/// This device's prekeys: made here, kept before they are uploaded.
namespace sotto::client::prekey_stock {

constexpr std::size_t one_time_target = 100;  // of each kind in the directory
constexpr std::int64_t renew_after_ms = 2 * base::ms_per_day;
constexpr std::int64_t keep_private_ms = 30 * base::ms_per_day;

struct Wanted {
  bool medium_term = false;  // signed prekey and last-resort Kyber prekey
  std::size_t one_time = 0;
  std::size_t one_time_kyber = 0;
};

/// Makes prekeys, keeps their private halves, and gives the public ones to upload. Also forgets private halves that are
/// older than 30 days.
wire::PrekeyUpload make(store::Transaction& in, const crypto::PrivateKey& identity, const Wanted& wanted,
                        base::Timestamp now, base::Random& random);

/// What is due: medium-term keys after two days, one-time ones up to the target.
Wanted due(store::Transaction& in, std::size_t one_time_left, std::size_t kyber_left, base::Timestamp now);

}  // namespace sotto::client::prekey_stock
