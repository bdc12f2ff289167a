#pragma once
#include "client/problem.hpp"
#include "wire/checks.hpp"
#include "wire/linking.hpp"

namespace sotto::client::linking {

/// What an offer must prove before anything is said in answer: its statements lead from the account's id to a list of
/// this server, and the session is with a device on that list.
Result<wire::CheckedIntroduction> check_offer(const wire::LinkOffer& offer, const crypto::PublicKey& identity,
                                              const std::string& server);

/// The device as it must stand on the list.
struct Expected {
  wire::DeviceNumber number{1};
  crypto::PublicKey identity_key;
  wire::RegistrationId registration_id;
};

/// Whether a list is signed by the account key of the offer, comes after the offered one, and names this device.
Result<wire::CheckedIntroduction> check_listing(const wire::Introduction& introduction, const wire::LinkOffer& offer,
                                                const Expected& device);

}  // namespace sotto::client::linking
