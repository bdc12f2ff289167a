// The new device until both codes were right; joining.cpp goes on.
#include "client/linking/new_device.hpp"

#include <algorithm>

#include "client/linking/offer.hpp"
#include "client/prekey_stock.hpp"
#include "client/rotation.hpp"
#include "store/prekeys.hpp"
#include "wire/utf8.hpp"

namespace sotto::client::linking {
namespace {

Problem none_under_way() { return refused("no linking is under way here"); }

}  // namespace

std::string_view to_text(NewStep step) {
  switch (step) {
    case NewStep::invited:
      return "invited";
    case NewStep::revealed:
      return "revealed";
    case NewStep::joining:
      return "joining";
    case NewStep::asked_for_mailbox:
      return "asked for a mailbox";
    case NewStep::applied:
      return "applied";
    case NewStep::taken_up:
      return "taken up";
  }
  return "";
}

NewDevice::NewDevice(const Engine& engine, std::function<void(NewStep)> watch)
    : parts_(engine.parts()), watch_(std::move(watch)) {}

Result<store::linking::NewDevice> NewDevice::kept() {
  return parts_.store.transact([](store::Transaction& in) -> Result<store::linking::NewDevice> {
    auto device = store::linking::load(in);
    if (!device) return none_under_way();
    return *std::move(device);
  });
}

asio::awaitable<Problem> NewDevice::fail(Problem problem) {
  const auto forgotten = parts_.store.transact([](store::Transaction& in) -> Result<void> {
    store::linking::forget_with_prekeys(in);
    return {};
  });
  if (meeting_) co_await meeting_->end();
  session_.reset();
  offer_.reset();
  if (!forgotten) co_return forgotten.error();
  co_return problem;
}

/// Everything is kept before the link names it, and nothing of it is anybody's yet.
Result<wire::DeviceBundle> NewDevice::make_device(const NewDeviceWish& wish) {
  return parts_.store.transact([&](store::Transaction& in) -> Result<wire::DeviceBundle> {
    store::linking::forget_with_prekeys(in);
    store::linking::NewDevice made{.at = parts_.clock.now(),
                                   .server = wish.server.text(),
                                   .server_ca = wish.server_ca,
                                   .identity = crypto::KeyPair::generate(parts_.random),
                                   .registration_id = device_entry::draw_registration_id(parts_.random),
                                   .rendezvous = meeting_->at().id,
                                   .rendezvous_key = meeting_->at().key,
                                   .prekeys = {}};
    // One more of each kind than the directory gets: those are for this session only.
    constexpr std::size_t wanted = rotation::policy.one_time_target + 1;
    made.prekeys = prekey_stock::make(in, made.identity.private_key,
                                      {.medium_term = true, .one_time = wanted, .one_time_kyber = wanted},
                                      parts_.clock.now(), parts_.random);
    const wire::DeviceBundle bundle{.number = wire::DeviceNumber(1),
                                    .registration_id = made.registration_id,
                                    .identity_key = made.identity.public_key,
                                    .signed_prekey = *made.prekeys.signed_prekey,
                                    .one_time = made.prekeys.one_time.back(),
                                    .kyber = made.prekeys.one_time_kyber.back()};
    made.prekeys.one_time.pop_back();
    made.prekeys.one_time_kyber.pop_back();
    store::linking::keep(in, made);
    session_ = std::make_unique<Session>(Side::new_device, made.rendezvous,
                                         Session::Local{.identity = made.identity.clone(),
                                                        .registration_id = made.registration_id,
                                                        .clock = parts_.clock,
                                                        .random = parts_.random});
    return bundle;
  });
}

asio::awaitable<Result<std::string>> NewDevice::begin(NewDeviceWish wish) {
  if (wish.name.empty() || wish.name.size() > wire::max_device_name || !wire::is_utf8(wish.name))
    co_return refused("a device's name has 1 to 64 bytes");
  const auto may = parts_.store.transact([&](store::Transaction& in) -> Result<void> {
    if (store::own_account::load(in)) return refused("this folder holds an account already: choose another one");
    const auto device = store::linking::load(in);
    if (device && device->joining) return refused("this device is being linked already");
    return may_begin(in, parts_.clock.now());
  });
  if (!may) co_return may.error();
  const auto route = route_without_account(parts_.store, parts_.random);
  if (!route) co_return route.error();
  Server::Reach reach{.authority = wish.server, .ca_pem = wish.server_ca, .tls_pin = {}, .route = *route};
  meeting_ = std::make_unique<Meeting>(parts_, std::move(reach), "");
  const auto opened = co_await meeting_->open();
  if (!opened) co_return opened.error();
  const auto bundle = make_device(wish);
  if (!bundle) co_return bundle.error();
  bundle_ = bundle->serialize();
  const wire::LinkReveal reveal{.nonce = parts_.random.bytes<32>(), .kind = wish.kind, .name = wish.name};
  reveal_ = reveal.serialize();
  const wire::DeviceLink link{.home_server = wish.server.text(),
                              .rendezvous = meeting_->at().id,
                              .bundle_hash = wire::hash(wire::names::link_bundle, bundle_),
                              .reveal_hash = wire::hash(wire::names::link_reveal, reveal_)};
  link_ = link.message();
  base::Blob bytes = bundle_;
  const auto said = co_await meeting_->say(std::move(bytes));
  if (!said) co_return co_await fail(said.error());
  reached(NewStep::invited);
  co_return link.text();
}

/// Decrypts and judges the offer within one transaction, which uses up the prekeys of this session.
Result<Offered> NewDevice::take_offer(const base::Blob& message) {
  TRY(const FirstMessage first, read_first(message));
  return parts_.store.transact([&](store::Transaction& in) -> Result<Offered> {
    const auto device = store::linking::load(in);
    if (!device) return none_under_way();
    const StoredPrekeys prekeys(in);
    TRY(const Session::Accepted accepted, session_->accept(message, prekeys));
    if (accepted.used.one_time) store::prekeys::remove_one_time(in, accepted.used.one_time->value);
    if (!store::prekeys::mark_kyber_used(in, accepted.used.kyber_prekey.value, accepted.used.signed_prekey.value,
                                         accepted.used.base_key.serialize()))
      return refused("the offer came before: nothing was linked");
    const auto offer = wire::LinkOffer::parse(accepted.words);
    if (!offer) return refused("the offer " + std::string(wire::to_text(offer.error())) + ": nothing was linked");
    TRY(const wire::CheckedIntroduction checked, check_offer(*offer, accepted.identity, device->server));
    const wire::LinkCodes codes = wire::link_codes({.link = link_,
                                                    .bundle = bundle_,
                                                    .admin_identity_key = accepted.identity.serialize(),
                                                    .base_key = first.base_key,
                                                    .kem_ciphertext = first.kem_ciphertext,
                                                    .offer = accepted.words,
                                                    .reveal = reveal_});
    offer_ = *offer;
    second_code_ = codes.second;
    return Offered{.account = offer->account_id,
                   .account_name = offer->account_name,
                   .devices = checked.list.devices.size(),
                   .code = codes.first};
  });
}

asio::awaitable<Result<Offered>> NewDevice::await_offer() {
  if (!session_) co_return none_under_way();
  const auto message = co_await meeting_->hear();
  if (!message) co_return co_await fail(message.error());
  const auto counted = parts_.store.transact([&](store::Transaction& in) -> Result<void> {
    store::linking::begin_try(in, parts_.clock.now());
    return {};
  });
  if (!counted) co_return co_await fail(counted.error());
  const auto offered = take_offer(*message);
  if (!offered) co_return co_await fail(offered.error());
  auto sealed = session_->encrypt(reveal_);
  if (!sealed) co_return co_await fail(sealed.error());
  const auto said = co_await meeting_->say(*std::move(sealed));
  if (!said) co_return co_await fail(said.error());
  reached(NewStep::revealed);
  co_return offered;
}

asio::awaitable<Result<void>> NewDevice::finish(std::string typed) {
  if (!session_ || !offer_) co_return none_under_way();
  if (!is_code(typed, second_code_)) {
    co_return co_await fail(
        refused("this is not the code that an admin device of this account shows now: somebody may stand in between. "
                "Nothing was linked"));
  }
  const auto message = co_await meeting_->hear();
  if (!message) co_return co_await fail(message.error());
  const auto words = session_->decrypt(*message);
  if (!words) co_return co_await fail(words.error());
  const auto place = wire::LinkPlace::parse(*words);
  if (!place) co_return co_await fail(refused("the admin device gives no place on the list: nothing was linked"));
  const auto joining = keep_joining(place->number);
  if (!joining) co_return co_await fail(joining.error());
  reached(NewStep::joining);
  co_return co_await join();
}

}  // namespace sotto::client::linking
