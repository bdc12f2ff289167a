#pragma once
#include "client/problem.hpp"
#include "store/own_account.hpp"
#include "store/peers.hpp"
#include "wire/content.hpp"

/// What accounts prove about themselves, ours included: applied in one step, or refused and kept as proof.
namespace sotto::client {

enum class Introduced {
  is_new,      // held now
  is_held,     // the very same was held already
  is_older,    // lower than what is held: means nothing
  is_fork,     // another statement in the same place: refused, kept as proof, told
  is_unsound,  // breaks a rule
};

/// Applies an introduction, if it verifies and is higher than what is held (design, section 3). Devices that leave lose
/// their sessions, an account key that is followed vouches for 30 days more, and the person hears what changed.
Introduced apply_introduction(store::Transaction& in, const wire::Introduction& introduction, base::Timestamp now);

/// The same of our own account: also what follows for this device, which may be on the list no more.
Introduced apply_own(store::Transaction& in, const store::OwnAccount& own, const wire::Introduction& introduction,
                     base::Timestamp now);

/// The devices that may be written to: those on the list, and while a fork of it stands only those on both sides.
std::vector<store::PeerDevice> devices_to_reach(store::Transaction& in, const store::Peer& peer);

/// What a listed device says about its own account's list.
void note_claim(store::Transaction& in, const wire::AccountId& account, wire::DeviceNumber device,
                const wire::ListView& view);

/// Order and hash of the list that is held of an account.
wire::ListView view_of(const wire::Introduction& introduction);

}  // namespace sotto::client
