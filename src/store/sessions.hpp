#pragma once
#include <optional>

#include "store/store.hpp"
#include "wire/ids.hpp"

/// Session records, one for each device of each account, as the protocol serializes them.
namespace sotto::store::sessions {

std::optional<base::SecretBlob> load(Transaction& in, const wire::AccountId& account, wire::DeviceNumber device);
void keep(Transaction& in, const wire::AccountId& account, wire::DeviceNumber device, base::View record);

/// Which of our lists that device has seen, as its messages say; nothing until one said so.
std::optional<wire::Order> their_view(Transaction& in, const wire::AccountId& account, wire::DeviceNumber device);
void keep_their_view(Transaction& in, const wire::AccountId& account, wire::DeviceNumber device, const wire::Order& view);

}  // namespace sotto::store::sessions
