#include "client/own_list.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "client/tails.hpp"
#include "crypto/hash.hpp"
#include "store/contacts.hpp"
#include "store/permits.hpp"
#include "store/settings.hpp"
#include "wire/acts.hpp"

namespace sotto::client::own_list {
namespace {

template <class Secret>
Secret draw(base::Random& random) {
  return Secret::made_by([&](std::span<std::uint8_t, Secret::size> out) { random.fill(out); });
}

wire::DeviceList list_of(const wire::Introduction& introduction) {
  auto list = wire::DeviceList::parse(introduction.list.statement);
  CHECK(list);
  return *std::move(list);
}

device_entry::Private entry_of(const store::OwnAccount& own, const wire::Device& device) {
  return device_entry::open(own.account_id, device, own.account_secret)
      .value_or(device_entry::Private{.name = {}, .is_admin = false});
}

/// What becomes true together with a list that a device has left.
void replace_secrets(store::own_account::PendingChange& change, base::Random& random) {
  change.secret = draw<store::AccountSecret>(random);
  base::Blob profile_key(store::ProfileKey::size);
  random.fill(profile_key);
  change.profile_key = base::SecretBlob(std::move(profile_key));
  change.link_token = random.bytes<16>();
}

Result<wire::Device*> find(wire::DeviceList& list, wire::DeviceNumber number) {
  const auto found = std::ranges::find(list.devices, number, &wire::Device::number);
  if (found == list.devices.end())
    return refused("this account has no device " + std::to_string(number.value) + ": see `sotto device list`");
  return &*found;
}

void sort(wire::DeviceList& list) { std::ranges::sort(list.devices, {}, &wire::Device::number); }

Result<void> apply(wire::DeviceList& list, const outbox::Lent& lent, const Intent& intent,
                   const device_entry::Keys& keys) {
  if (intent.name.size() > device_entry::max_name) return refused("a device's name has at most 64 bytes");
  if (intent.remove) {
    if (*intent.remove == lent.own.device) return refused("this very device can't remove itself");
    TRY(wire::Device * device, find(list, *intent.remove));
    if (entry_of(lent.own, *device).is_admin)
      return refused("device " + std::to_string(intent.remove->value) +
                     " is an admin: removing it asks for the recovery key (`--recovery-key-file`)");
    std::erase_if(list.devices, [&](const wire::Device& one) { return one.number == *intent.remove; });
  }
  if (intent.add) {
    if (list.devices.size() >= wire::max_devices) return refused("an account has at most 16 devices: remove one first");
    list.devices.push_back(
        device_entry::make(*intent.add, {.name = intent.name, .is_admin = false}, keys, lent.random));
    sort(list);
  }
  for (wire::Device& device : list.devices) {
    const bool is_new = intent.add && device.number == intent.add->number;
    if (is_new) continue;
    device_entry::Private entry = entry_of(lent.own, device);
    if (intent.rename == device.number) entry.name = intent.name;
    if (intent.promote == device.number) entry.is_admin = true;
    device = device_entry::renew(device, entry, keys, lent.random);
  }
  if (intent.rename) {
    TRY([[maybe_unused]] wire::Device * renamed, find(list, *intent.rename));
  }
  if (intent.promote) {
    TRY([[maybe_unused]] wire::Device * promoted, find(list, *intent.promote));
  }
  return {};
}

struct Signers {
  const crypto::PrivateKey& account_key;
  const crypto::PrivateKey* root = nullptr;  // of a new epoch
};

base::Blob act_request(const store::OwnAccount& own, const wire::ListBody& body, const wire::Order& order,
                       const base::Bytes<32>& challenge, const Signers& by, base::Random& random) {
  wire::ActRequest request{.body = body.serialize(), .act = {}, .root_signature = std::nullopt};
  const wire::AccountAct act{.server = own.server,
                             .account_id = own.account_id,
                             .operation = wire::Operation::device_list,
                             .order = order,
                             .challenge = challenge,
                             .body_hash = crypto::sha256({request.body})};
  request.act = wire::Signed::make(wire::names::account_act, act.serialize(), by.account_key, random);
  if (by.root != nullptr) {
    request.root_signature =
        crypto::sign(*by.root, wire::to_be_signed(wire::names::account_act, request.act.statement), random);
  }
  return request.serialize();
}

wire::SyncContact contact_for_sync(store::Transaction& in, const store::Contact& contact) {
  wire::SyncContact made{.account = contact.account_id,
                         .standing = static_cast<wire::SyncContact::Standing>(contact.standing),
                         .origin = static_cast<std::uint8_t>(contact.origin),
                         .nickname = contact.nickname,
                         .claimed_name = contact.claimed_name,
                         .user_name = contact.user_name,
                         .timer = store::messages::timer_of(in, contact.account_id),
                         .introduction = store::peers::introduction(in, contact.account_id)};
  for (const auto* permit : {&contact.permit, &contact.link_token}) {
    const auto bytes = *permit ? base::fixed<16>(**permit) : std::nullopt;
    if (bytes) made.permits.push_back(*bytes);
  }
  if (contact.verified_root) made.verified_root = contact.verified_root->serialize();
  made.profile_key = contact.profile_key;
  return made;
}

/// empty  of which kind they are
void sync_contacts(store::Transaction& in, const outbox::Lent& lent, const wire::SyncContacts& empty) {
  wire::SyncContacts batch = empty;
  const auto flush = [&] {
    if (!batch.contacts.empty()) outbox::sync(in, lent, lent.own.account_id, std::exchange(batch, empty));
  };
  for (const store::Contact& contact : store::contacts::all(in)) {
    batch.contacts.push_back(contact_for_sync(in, contact));
    if (batch.contacts.size() == wire::max_sync_contacts) flush();
  }
  flush();
}

}  // namespace

std::vector<OwnDevice> devices(const store::OwnAccount& own) {
  std::vector<OwnDevice> found;
  for (const wire::Device& device : list_of(own.introduction).devices) {
    const device_entry::Private entry = entry_of(own, device);
    found.push_back({.device = device,
                     .name = entry.name,
                     .is_admin = entry.is_admin,
                     .is_this = device.identity_key == own.identity.public_key});
  }
  return found;
}

bool is_admin(const store::OwnAccount& own, wire::DeviceNumber number) {
  const auto all = devices(own);
  return std::ranges::any_of(all, [&](const OwnDevice& one) { return one.device.number == number && one.is_admin; });
}

Result<wire::DeviceNumber> free_number(store::Transaction& in, const store::OwnAccount& own) {
  const wire::DeviceList list = list_of(own.introduction);
  store::own_account::note_numbers(in, list);
  const auto number = store::own_account::free_number(in, list.order.epoch);
  if (!number) return refused("this epoch has given all 127 device numbers: begin a new one with the recovery key");
  return *number;
}

Result<Act> change(store::Transaction& in, const outbox::Lent& lent, const Intent& intent,
                   const base::Bytes<32>& challenge) {
  if (!lent.own.account_key)
    return refused("only an admin device can change the list: do it there, or promote this one first");
  const wire::ListView held = view_of(lent.own.introduction);
  store::own_account::PendingChange pending{.introduction = lent.own.introduction};
  if (intent.remove) replace_secrets(pending, lent.random);
  wire::DeviceList list = list_of(lent.own.introduction);
  const device_entry::Keys keys{.account = lent.own.account_id,
                                .account_key = *lent.own.account_key,
                                .secret = pending.secret ? *pending.secret : lent.own.account_secret,
                                .day = base::day_of(lent.now)};
  TRY_VOID(apply(list, lent, intent, keys));
  ++list.order.version;
  list.day = keys.day;
  list.previous = {held.list_hash};
  pending.introduction.list =
      wire::Signed::make(wire::names::device_list, list.serialize(), *lent.own.account_key, lent.random);
  store::own_account::keep_pending_change(in, pending);
  const wire::ListBody body{.certificate = std::nullopt,
                            .list = pending.introduction.list,
                            .replaced = held.order,
                            .replaced_hash = held.list_hash,
                            .arrival = std::nullopt};
  const Signers by{.account_key = *lent.own.account_key};
  return Act{act_request(lent.own, body, list.order, challenge, by, lent.random)};
}

namespace {

/// The other side of a fork of the own list, if both sides are of the account key that is here and name this device.
std::optional<wire::CheckedIntroduction> other_side(store::Transaction& in, const store::OwnAccount& own) {
  if (!own.account_key) return std::nullopt;
  const auto held = wire::rules::parse(own.introduction);
  CHECK(held);
  for (const store::peers::Fork& fork : store::peers::standing_forks(in, own.account_id)) {
    // What was held may have gone on since: then neither side is what is held now, and the later one stands for it.
    auto other = wire::rules::parse(fork.other);
    if (other && other->list_hash == held->list_hash) other = wire::rules::parse(fork.held);
    if (!other || other->certificate_hash != held->certificate_hash) continue;
    const wire::Device* self = other->list.device(own.device);
    if (self != nullptr && self->identity_key == own.identity.public_key) return *std::move(other);
  }
  return std::nullopt;
}

}  // namespace

bool can_merge(store::Transaction& in, const store::OwnAccount& own) { return other_side(in, own).has_value(); }

Result<std::optional<Act>> merge(store::Transaction& in, const outbox::Lent& lent, const wire::Introduction& stands,
                                 const base::Bytes<32>& challenge) {
  const auto other = other_side(in, lent.own);
  if (!other) return std::optional<Act>();
  const wire::ListView held = view_of(lent.own.introduction), shown = view_of(stands);
  if (shown != held && shown.list_hash != other->list_hash) return std::optional<Act>();
  store::own_account::PendingChange pending{.introduction = lent.own.introduction};
  wire::DeviceList list = list_of(lent.own.introduction);
  const std::size_t before = list.devices.size();
  std::erase_if(list.devices, [&](const wire::Device& device) {
    const wire::Device* there = other->list.device(device.number);
    return there == nullptr || there->identity_key != device.identity_key;
  });
  // Who is dropped knew this side's secrets; who had been dropped there knows them, too.
  if (list.devices.size() < before || other->list.devices.size() > list.devices.size())
    replace_secrets(pending, lent.random);
  const device_entry::Keys keys{.account = lent.own.account_id,
                                .account_key = *lent.own.account_key,
                                .secret = pending.secret ? *pending.secret : lent.own.account_secret,
                                .day = base::day_of(lent.now)};
  for (wire::Device& device : list.devices)
    device = device_entry::renew(device, entry_of(lent.own, device), keys, lent.random);
  list.order.version = std::max(held.order.version, other->list.order.version) + 1;
  list.day = keys.day;
  list.previous = {held.list_hash, other->list_hash};
  pending.introduction.list =
      wire::Signed::make(wire::names::device_list, list.serialize(), *lent.own.account_key, lent.random);
  store::own_account::keep_pending_change(in, pending);
  const wire::ListBody body{.certificate = std::nullopt,
                            .list = pending.introduction.list,
                            .replaced = shown.order,
                            .replaced_hash = shown.list_hash,
                            .arrival = std::nullopt};
  const Signers by{.account_key = *lent.own.account_key};
  return std::optional<Act>(Act{act_request(lent.own, body, list.order, challenge, by, lent.random)});
}

Result<Act> succeed(store::Transaction& in, const outbox::Lent& lent, const wire::RecoveryKey& recovery_key,
                    const std::function<bool(wire::DeviceNumber)>& keep, const base::Bytes<32>& challenge) {
  const wire::RootKeys root = wire::derive_root_keys(recovery_key);
  if (root.root.public_key != lent.own.root_key) return refused("this is the recovery key of another account");
  const wire::ListView held = view_of(lent.own.introduction);
  auto account_keys = crypto::KeyPair::generate(lent.random);
  store::own_account::PendingChange pending{.introduction = lent.own.introduction};
  replace_secrets(pending, lent.random);
  wire::DeviceList list = list_of(lent.own.introduction);
  const base::Day day = base::day_of(lent.now);
  const device_entry::Keys keys{
      .account = lent.own.account_id, .account_key = account_keys.private_key, .secret = *pending.secret, .day = day};
  auto certificate = wire::AccountCertificate::parse(lent.own.introduction.certificate.statement);
  CHECK(certificate);
  certificate->epoch = std::max(held.order.epoch + 1, day.value);
  certificate->account_key = account_keys.public_key;
  certificate->day = day;
  pending.introduction.certificate = wire::Signed::make(wire::names::account_certificate, certificate->serialize(),
                                                        root.root.private_key, lent.random);
  std::erase_if(list.devices,
                [&](const wire::Device& device) { return device.number != lent.own.device && !keep(device.number); });
  for (wire::Device& device : list.devices) {
    device_entry::Private entry = entry_of(lent.own, device);
    entry.is_admin = device.number == lent.own.device;  // nobody else has the new account key
    device = device_entry::renew(device, entry, keys, lent.random);
  }
  list.certificate_hash = wire::hash(wire::names::account_certificate, pending.introduction.certificate.statement);
  list.order = {.links = held.order.links, .epoch = certificate->epoch, .version = 1};
  list.day = day;
  list.previous = {};
  pending.introduction.list =
      wire::Signed::make(wire::names::device_list, list.serialize(), account_keys.private_key, lent.random);
  const wire::ListBody body{.certificate = pending.introduction.certificate,
                            .list = pending.introduction.list,
                            .replaced = held.order,
                            .replaced_hash = held.list_hash,
                            .arrival = std::nullopt};
  const Signers by{.account_key = account_keys.private_key, .root = &root.root.private_key};
  base::Blob request = act_request(lent.own, body, list.order, challenge, by, lent.random);
  pending.account_key = std::move(account_keys.private_key);
  store::own_account::keep_pending_change(in, pending);
  return Act{std::move(request)};
}

Introduced adopt(store::Transaction& in, const outbox::Lent& lent, const wire::Introduction& introduction) {
  const wire::DeviceList before = list_of(lent.own.introduction);
  const Introduced outcome = apply_own(in, lent.own, introduction, lent.now);
  if (outcome != Introduced::is_new) return outcome;
  const wire::DeviceList now_listed = list_of(introduction);
  for (const wire::Device& device : before.devices) {
    const bool has_left = now_listed.device(device.number) == nullptr && device.number != lent.own.device;
    if (has_left) tails::tell_of_who_left(in, lent, device.number);
  }
  auto pending = store::own_account::pending_change(in);
  if (!pending || view_of(pending->introduction) != view_of(introduction)) {
    // Somebody else was faster: what was to become true together with ours does not.
    store::own_account::forget_pending_change(in);
    return outcome;
  }
  if (pending->account_key) store::own_account::set_account_key(in, pending->account_key);
  if (pending->secret) store::own_account::set_secrets(in, *pending->secret, *pending->link_token);
  const bool has_new_profile_key = pending->profile_key.has_value();
  if (has_new_profile_key)
    store::permits::set_profile_key(in,
                                    store::ProfileKey(pending->profile_key->expose().first<store::ProfileKey::size>()));
  store::own_account::forget_pending_change(in);
  const auto own = store::own_account::load(in);
  CHECK(own);
  const outbox::Lent now{.own = *own, .now = lent.now, .random = lent.random};
  sync_all(in, now);
  if (!has_new_profile_key) return outcome;
  const auto key = store::permits::profile_key(in, lent.random);
  wire::Acceptance acceptance;
  std::ranges::copy(key.expose(), acceptance.profile_key.begin());
  for (const store::Contact& contact : store::contacts::all(in)) {
    if (contact.standing == store::Standing::accepted && contact.has_our_profile_key)
      outbox::post(in, now, contact.account_id, acceptance);
  }
  return outcome;
}

wire::SyncAccount secrets_for_devices(store::Transaction& in, const store::OwnAccount& own, base::Random& random) {
  wire::SyncAccount made;
  std::ranges::copy(own.account_secret.expose(), made.account_secret.begin());
  const auto profile_key = store::permits::profile_key(in, random);
  std::ranges::copy(profile_key.expose(), made.profile_key.begin());
  made.link_token = own.link_token;
  made.user_name = own.user_name;
  made.profile_key_count = store::permits::profile_key_count(in);
  return made;
}

void sync_contact(store::Transaction& in, const outbox::Lent& lent, const store::Contact& contact) {
  wire::SyncContacts one;
  one.contacts.push_back(contact_for_sync(in, contact));
  outbox::sync(in, lent, lent.own.account_id, std::move(one));
}

namespace {

/// What was chosen, as opposed to what is so by itself.
wire::SyncSettings settings_for_devices(store::Transaction& in) {
  wire::SyncSettings made;
  for (const auto& known : store::settings::all()) {
    if (store::settings::text(in, known.name).empty()) continue;
    made.settings.push_back(
        {.name = std::string(known.name), .is_on = store::settings::is_on(in, known.name, known.otherwise)});
  }
  return made;
}

}  // namespace

void sync_all(store::Transaction& in, const outbox::Lent& lent) {
  outbox::sync(in, lent, lent.own.account_id, secrets_for_devices(in, lent.own, lent.random));
  if (const auto chosen = settings_for_devices(in); !chosen.settings.empty())
    outbox::sync(in, lent, lent.own.account_id, chosen);
  if (const auto name = store::settings::profile_name(in))
    outbox::sync(in, lent, lent.own.account_id, wire::Profile{*name});
  sync_contacts(in, lent, {});
}

void sync_again(store::Transaction& in, const outbox::Lent& lent) {
  sync_contacts(in, lent, {.contacts = {}, .fills = true});
}

}  // namespace sotto::client::own_list
