#pragma once
#include "server/storage/devices.hpp"
#include "server/storage/embedded/database.hpp"

/// The transactions on the tokens and the generation of a device.
namespace sotto::server::tables {

OtherToken other_token(Database& database, const base::Bytes<32>& token_hash);
TokenSet announce_token(Database& database, DeviceRow device, const base::Bytes<32>& token_hash);
void begin_token(Database& database, DeviceRow device, const base::Bytes<32>& token_hash, base::Day day);
TokenSet set_receive_token(Database& database, DeviceRow device, const std::optional<base::Bytes<32>>& token_hash);
bool raise_clone_alarm(Database& database, DeviceRow device, base::Day day);
Generation advance(Database& database, DeviceRow device, const std::optional<base::Bytes<16>>& tick_now,
                   const Generation& next);

}  // namespace sotto::server::tables
