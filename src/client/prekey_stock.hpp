#pragma once
#include <optional>

#include "base/random.hpp"
#include "store/own_account.hpp"
#include "wire/prekeys.hpp"

/// This device's prekeys: made here, kept before they are uploaded. When they are due, rotation.hpp says.
namespace sotto::client::prekey_stock {

struct Wanted {
  bool medium_term = false;  // signed prekey and last-resort Kyber prekey
  std::size_t one_time = 0;
  std::size_t one_time_kyber = 0;
};

/// Makes prekeys, keeps their private halves, and gives the public ones to upload. Also forgets private halves that are
/// older than 30 days.
wire::PrekeyUpload make(store::Transaction& in, const crypto::PrivateKey& identity, const Wanted& wanted,
                        base::Timestamp now, base::Random& random);

/// How many one-time prekeys the directory has, as the server says.
struct Left {
  std::size_t one_time = 0;
  std::size_t one_time_kyber = 0;
};

/// What is due: medium-term keys after two days, one-time ones up to the target at their times.
Wanted due(store::Transaction& in, const Left& left, base::Timestamp now);
/// When one-time prekeys are to be looked after next; `now` if that time has passed.
base::Timestamp next_refill(store::Transaction& in, base::Timestamp now);

/// The upload to send, if any: the very bytes of one that the server has not answered, or new prekeys that are due. It
/// is kept until store::prekeys::forget_upload.
std::optional<base::Blob> upload(store::Transaction& in, const crypto::PrivateKey& identity, const Left& left,
                                 base::Timestamp now, base::Random& random);

}  // namespace sotto::client::prekey_stock
