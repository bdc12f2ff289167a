// The admin device's side of linking; adding.cpp is its end.
#include "client/linking/admin.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "client/introductions.hpp"
#include "store/linking.hpp"
#include "wire/links.hpp"

namespace sotto::client::linking {
namespace {

Problem not_promised() {
  return refused("what waits there is not the device of this link: nothing was linked, begin anew there");
}

/// A key that the account has already would make a device stand for something else.
Result<void> check_is_foreign(const store::OwnAccount& own, const crypto::PublicKey& identity) {
  const auto held = wire::rules::parse(own.introduction);
  CHECK(held);
  const bool is_ours = identity == held->certificate.first_root || identity == held->certificate.account_key ||
                       std::ranges::count(held->list.devices, identity, &wire::Device::identity_key) > 0;
  if (is_ours) return refused("the new device shows a key of this very account: nothing was linked");
  if (!crypto::is_canonical(identity)) return refused("the new device's key is not one to be used");
  return {};
}

}  // namespace

std::string_view to_text(AdminStep step) {
  switch (step) {
    case AdminStep::joined:
      return "joined";
    case AdminStep::offered:
      return "offered";
    case AdminStep::met:
      return "met";
    case AdminStep::confirmed:
      return "confirmed";
    case AdminStep::heard_application:
      return "heard the application";
    case AdminStep::listed:
      return "listed";
    case AdminStep::welcomed:
      return "welcomed";
  }
  return "";
}

Admin::Admin(Engine& engine, std::function<void(AdminStep)> watch)
    : engine_(engine), parts_(engine.parts()), watch_(std::move(watch)) {}

Result<store::OwnAccount> Admin::own_in(store::Transaction& in) {
  auto account = store::own_account::load(in);
  if (!account || !store::own_account::is_registered(in) || store::own_account::is_removed(in))
    return refused("there is no account here to which a device could be added");
  if (!account->account_key)
    return refused("only an admin device can add another one: do it there, or have this one promoted first");
  return *std::move(account);
}

Result<store::OwnAccount> Admin::own() { return parts_.store.transact(&Admin::own_in); }

asio::awaitable<Problem> Admin::fail(Problem problem) {
  co_await cancel();
  co_return problem;
}

asio::awaitable<void> Admin::cancel() {
  session_.reset();
  was_confirmed_ = false;
  if (meeting_) co_await meeting_->end();
  meeting_.reset();
}

Result<void> Admin::begin_try(const wire::DeviceLink& link) {
  TRY(store::OwnAccount account, own());
  if (link.home_server != account.server)
    return refused("the new device waits at " + link.home_server + ", and this account lives at " + account.server +
                   ": use that server there");
  TRY_VOID(
      parts_.store.transact([&](store::Transaction& in) -> Result<void> { return may_begin(in, parts_.clock.now()); }));
  Ways ways(parts_.transport, parts_.random);  // whose logins only this meeting has
  meeting_ = std::make_unique<Meeting>(parts_, ways.to_own(account, Ways::Purpose::authenticated),
                                       base::to_base64url(account.token.expose()));
  session_ = std::make_unique<Session>(Side::admin, link.rendezvous,
                                       Session::Local{.identity = account.identity.clone(),
                                                      .registration_id = account.registration_id,
                                                      .clock = parts_.clock,
                                                      .random = parts_.random});
  return {};
}

asio::awaitable<Result<wire::DeviceBundle>> Admin::hear_bundle(wire::DeviceLink link) {
  auto heard = co_await meeting_->hear();
  if (!heard) co_return heard.error();
  bundle_ = *std::move(heard);
  if (wire::hash(wire::names::link_bundle, bundle_) != link.bundle_hash) co_return not_promised();
  auto bundle = wire::DeviceBundle::parse(bundle_);
  if (!bundle) co_return not_promised();
  co_return *std::move(bundle);
}

Result<base::Blob> Admin::make_offer(const MailboxGrant& grant, const wire::DeviceBundle& bundle) {
  TRY(const store::OwnAccount account, own());
  TRY_VOID(check_is_foreign(account, bundle.identity_key));
  TRY_VOID(session_->start(bundle));
  const wire::LinkOffer offer{
      .nonce = parts_.random.bytes<32>(),
      .account_id = account.account_id,
      .account_name = account.user_name,
      .certificate_hash = wire::hash(wire::names::account_certificate, account.introduction.certificate.statement),
      .list_hash = view_of(account.introduction).list_hash,
      .introduction = account.introduction,
      .grant = grant.grant,
      .mailbox_id = grant.mailbox_id};
  offer_ = offer.serialize();
  applicant_ = device_entry::Applicant{.number = wire::DeviceNumber(1),
                                       .identity_key = bundle.identity_key,
                                       .registration_id = bundle.registration_id,
                                       .mailbox_id = grant.mailbox_id,
                                       .consent = {}};
  TRY(first_message_, session_->encrypt(offer_));
  return first_message_;
}

Result<Met> Admin::read_reveal(const wire::DeviceLink& link, const base::Blob& message) {
  TRY(const base::Blob words, session_->decrypt(message));
  if (wire::hash(wire::names::link_reveal, words) != link.reveal_hash) return not_promised();
  const auto reveal = wire::LinkReveal::parse(words);
  if (!reveal) return not_promised();
  TRY(const FirstMessage first, read_first(first_message_));
  const base::Blob link_message = link.message();
  codes_ = wire::link_codes({.link = link_message,
                             .bundle = bundle_,
                             .admin_identity_key = first.identity_key.serialize(),
                             .base_key = first.base_key,
                             .kem_ciphertext = first.kem_ciphertext,
                             .offer = offer_,
                             .reveal = words});
  return Met{.kind = reveal->kind, .name = reveal->name};
}

asio::awaitable<Result<Met>> Admin::meet(std::string words) {
  const auto link = wire::DeviceLink::parse(words);
  if (!link) co_return refused(link.error().message);
  const auto begun = begin_try(*link);
  if (!begun) co_return begun.error();
  const auto joined = co_await meeting_->join(link->rendezvous);
  if (!joined) co_return joined.error();
  const auto counted = parts_.store.transact([&](store::Transaction& in) -> Result<void> {
    store::linking::begin_try(in, parts_.clock.now());
    return {};
  });
  if (!counted) co_return co_await fail(counted.error());
  reached(AdminStep::joined);
  const auto bundle = co_await hear_bundle(*link);
  if (!bundle) co_return co_await fail(bundle.error());
  const auto grant = co_await meeting_->server().grant();
  if (!grant) co_return co_await fail(grant.error());
  auto message = make_offer(*grant, *bundle);
  if (!message) co_return co_await fail(message.error());
  const auto said = co_await meeting_->say(*std::move(message));
  if (!said) co_return co_await fail(said.error());
  reached(AdminStep::offered);
  const auto heard = co_await meeting_->hear();
  if (!heard) co_return co_await fail(heard.error());
  const auto met = read_reveal(*link, *heard);
  if (!met) co_return co_await fail(met.error());
  reached(AdminStep::met);
  co_return met;
}

}  // namespace sotto::client::linking
