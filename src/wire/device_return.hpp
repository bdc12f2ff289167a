#pragma once
#include "wire/acts.hpp"

namespace sotto::wire {

/// Signed by the device's identity key: a listed device that its restored server has lost, and that takes up its place
/// there again.
struct DeviceReturn {
  std::string server;
  AccountId account_id;
  DeviceNumber number;
  Hash token_hash{};  // H(device token, token)
  base::Bytes<32> challenge{};
  Hash prekeys_hash{};  // plain SHA-256 of the prekey upload that comes with it

  base::Blob serialize() const;
  static base::Result<DeviceReturn, ParseError> parse(base::View bytes);
};

/// With the list that names it.
struct DeviceReturnRequest {
  Introduction introduction;
  Signed statement;    // a DeviceReturn
  base::Blob prekeys;  // a PrekeyUpload

  base::Blob serialize() const;
  static base::Result<DeviceReturnRequest, ParseError> parse(base::View bytes);
};

}  // namespace sotto::wire
