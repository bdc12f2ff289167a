#pragma once
#include <optional>

#include "base/time.hpp"
#include "store/own_account.hpp"
#include "wire/linking.hpp"
#include "wire/prekeys.hpp"

/// What linking a device needs to remember (design, section 7): who is being linked here, and how often it went wrong.
namespace sotto::store::linking {

/// What the new device needs once both codes were right, until a list names it.
struct Joining {
  wire::LinkOffer offer;
  wire::DeviceNumber number{1};
  DeviceToken token;
  base::Blob request;      // POST /v1/devices
  base::Blob application;  // encrypted, for the rendezvous
};

/// This folder's device, which has no account yet. Kept before it says anything.
struct NewDevice {
  base::Timestamp at;  // when it began
  std::string server;
  std::string server_ca;
  crypto::KeyPair identity;
  wire::RegistrationId registration_id;
  base::Bytes<16> rendezvous{};
  base::Blob rendezvous_key;
  wire::PrekeyUpload prekeys;  // what it will put into the directory
  std::optional<Joining> joining = {};
};

void keep(Transaction& in, const NewDevice& device);
std::optional<NewDevice> load(Transaction& in);
void keep_joining(Transaction& in, const Joining& joining);
/// It has become a device of an account.
void forget(Transaction& in);
/// It has not: its prekeys go, too.
void forget_with_prekeys(Transaction& in);

/// A try, from the moment on at which it may be an attack.
void begin_try(Transaction& in, base::Timestamp now);
/// It has succeeded, and what went wrong before counts no more.
void forget_tries(Transaction& in);
/// Until when no further try is made; nothing if one may be. An hour without a try forgets those before.
std::optional<base::Timestamp> closed_until(Transaction& in, base::Timestamp now);

constexpr std::int64_t max_tries = 3;
constexpr std::int64_t tries_count_ms = 3'600'000;

}  // namespace sotto::store::linking
