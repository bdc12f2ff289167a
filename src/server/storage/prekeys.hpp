#pragma once
#include <vector>

#include "server/storage/permits.hpp"
#include "wire/prekeys.hpp"

namespace sotto::server {

enum class PrekeysPut { done, repeated, key_known, too_many };

/// The bundles of an account, and what is left of the one-time prekeys of its devices.
struct TakenBundles {
  struct Left {
    DeviceRow device;
    std::uint32_t one_time;
    std::uint32_t one_time_kyber;
  };
  std::vector<wire::DeviceBundle> bundles;  // by device number; none if the account is gone
  std::vector<Left> left;                   // the same order
};

class PrekeyStorage {
 public:
  virtual ~PrekeyStorage() = default;

  /// The very same upload right again is a retry. Keys that any device has, or has had within limits::spent_key_days,
  /// are refused.
  virtual asio::awaitable<Stored<PrekeysPut>> put(DeviceRow device, wire::PrekeyUpload upload,
                                                  base::Bytes<32> upload_hash, base::Day day) = 0;
  /// A bundle for each device of the account. A one-time key is given at most once; a class that has used up its share
  /// of today gets last-resort keys.
  virtual asio::awaitable<Stored<TakenBundles>> take(AccountRow account, PermitClass for_class, base::Day day) = 0;
};

}  // namespace sotto::server
