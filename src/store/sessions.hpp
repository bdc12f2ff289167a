#pragma once
#include <optional>

#include "store/store.hpp"
#include "wire/ids.hpp"

/// Session records, one for each device of each account, as the protocol serializes them.
namespace sotto::store::sessions {

std::optional<base::SecretBlob> load(Transaction& in, const wire::AccountId& account, wire::DeviceNumber device);
void keep(Transaction& in, const wire::AccountId& account, wire::DeviceNumber device, base::View record);

/// The first seq of ours that the device is to expect in the session that we began last: the first one asked about
/// since then, and the same from there on.
std::uint64_t first_seq(Transaction& in, const wire::AccountId& account, wire::DeviceNumber device, std::uint64_t seq);
/// A new session begins.
void forget_first_seq(Transaction& in, const wire::AccountId& account, wire::DeviceNumber device);

/// Which of our lists that device has seen, as its messages say; nothing until one said so.
std::optional<wire::Order> their_view(Transaction& in, const wire::AccountId& account, wire::DeviceNumber device);
void keep_their_view(Transaction& in, const wire::AccountId& account, wire::DeviceNumber device,
                     const wire::Order& view);

}  // namespace sotto::store::sessions
