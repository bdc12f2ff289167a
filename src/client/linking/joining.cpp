// The new device once both codes were right: its place at the server, its consent, and the list that names it.
#include "base/encoding.hpp"
#include "client/answers.hpp"
#include "client/introductions.hpp"
#include "client/linking/new_device.hpp"
#include "client/linking/offer.hpp"
#include "store/permits.hpp"

namespace sotto::client::linking {
namespace {

constexpr std::int64_t gives_up_after_ms = 10 * 60'000;  // the mailbox grant is good no longer

template <class Secret>
Secret draw(base::Random& random) {
  return Secret::made_by([&](std::span<std::uint8_t, Secret::size> out) { random.fill(out); });
}

base::Blob request_for(const store::linking::NewDevice& device, const wire::LinkOffer& offer,
                       const store::DeviceToken& token) {
  wire::frames::NewDevice request;
  request.set_account_id(base::text(offer.account_id.view()));
  request.set_grant(base::text(offer.grant));
  request.set_token_hash(base::text(wire::hash(wire::names::device_token, token.expose())));
  request.set_identity_key(base::text(device.identity.public_key.serialize()));
  request.set_registration_id(device.registration_id.value);
  request.set_prekeys(base::text(device.prekeys.serialize()));
  return answers::serialize(request);
}

Expected expected(const store::linking::NewDevice& device) {
  return {.number = device.joining->number,
          .identity_key = device.identity.public_key,
          .registration_id = device.registration_id};
}

/// What the other devices alone know is a placeholder until one of them says it.
store::OwnAccount account_of(const store::linking::NewDevice& device, const wire::Introduction& introduction,
                             const wire::CheckedIntroduction& checked, base::Random& random) {
  return {.account_id = checked.list.account_id,
          .user_name = device.joining->offer.account_name,
          .server = device.server,
          .server_ca = device.server_ca,
          .root_key = checked.certificate.first_root,
          .account_key = std::nullopt,
          .device = device.joining->number,
          .identity = device.identity.clone(),
          .registration_id = device.registration_id,
          .mailbox_id = device.joining->offer.mailbox_id,
          .token = device.joining->token.clone(),
          .introduction = introduction,
          .backup_statement = {},
          .account_secret = draw<store::AccountSecret>(random),
          .link_token = random.bytes<16>()};
}

}  // namespace

Result<void> NewDevice::keep_joining(wire::DeviceNumber number) {
  return parts_.store.transact([&](store::Transaction& in) -> Result<void> {
    const auto device = store::linking::load(in);
    if (!device) return refused("no linking is under way here");
    device_entry::Applicant applicant{.number = number,
                                      .identity_key = device->identity.public_key,
                                      .registration_id = device->registration_id,
                                      .mailbox_id = offer_->mailbox_id,
                                      .consent = {}};
    applicant.consent =
        device_entry::consent(offer_->account_id, applicant, device->identity.private_key, parts_.random);
    const wire::LinkApplication words{.number = number, .consent = applicant.consent};
    TRY(base::Blob application, session_->encrypt(words.serialize()));
    auto token = draw<store::DeviceToken>(parts_.random);
    base::Blob request = request_for(*device, *offer_, token);
    store::linking::keep_joining(in, {.offer = *offer_,
                                      .number = number,
                                      .token = std::move(token),
                                      .request = std::move(request),
                                      .application = std::move(application)});
    return {};
  });
}

asio::awaitable<Result<void>> NewDevice::join() {
  const auto device = kept();
  if (!device) co_return device.error();
  base::Blob request = device->joining->request;
  const auto added = co_await meeting_->server().add_device(std::move(request));
  if (!added && added.error().error == Error::unreachable) co_return added;
  if (!added) co_return co_await fail(added.error());
  reached(NewStep::asked_for_mailbox);
  base::Blob application = device->joining->application;
  const auto said = co_await meeting_->say(std::move(application));
  if (!said) co_return co_await await_listing();
  reached(NewStep::applied);
  const auto message = co_await meeting_->hear();
  // The admin device may have been interrupted after the list stood: then the server shows it.
  if (!message) co_return co_await await_listing();
  const auto words = session_->decrypt(*message);
  const auto welcome = words ? wire::LinkWelcome::parse(*words) : wire::ParseError::truncated;
  if (!welcome) co_return co_await await_listing();
  const auto taken = take_up(welcome->introduction, *welcome);
  if (!taken) co_return co_await fail(taken.error());
  reached(NewStep::taken_up);
  co_return taken;
}

Result<void> NewDevice::take_up(const wire::Introduction& introduction,
                                const std::optional<wire::LinkWelcome>& welcome) {
  return parts_.store.transact([&](store::Transaction& in) -> Result<void> {
    const auto device = store::linking::load(in);
    if (!device || !device->joining) return refused("no linking is under way here");
    TRY(const wire::CheckedIntroduction checked,
        check_listing(introduction, device->joining->offer, expected(*device)));
    store::OwnAccount account = account_of(*device, introduction, checked, parts_.random);
    if (welcome) {
      account.account_secret = store::AccountSecret(std::span(welcome->account_secret));
      account.link_token = welcome->link_token;
    }
    store::own_account::keep_linked(in, account);
    // The row that holds it must be there first.
    if (welcome) store::permits::take_profile_key(in, store::ProfileKey(std::span(welcome->profile_key)), 0);
    apply_introduction(in, introduction, parts_.clock.now());
    store::own_account::note_numbers(in, checked.list);
    store::linking::forget(in);
    store::linking::forget_tries(in);
    return {};
  });
}

Result<bool> NewDevice::is_joining() {
  return parts_.store.transact([](store::Transaction& in) -> Result<bool> {
    const auto device = store::linking::load(in);
    return device && device->joining;
  });
}

asio::awaitable<Result<void>> NewDevice::await_listing() {
  const auto device = kept();
  if (!device) co_return device.error();
  if (!device->joining) co_return refused("no linking is under way here");
  const auto authority = wire::Authority::parse(device->server);
  CHECK(authority);
  const auto route = route_without_account(parts_.store, parts_.random);
  if (!route) co_return route.error();
  Server::Reach reach{.authority = *authority, .ca_pem = device->server_ca, .tls_pin = {}, .route = *route};
  Server server(parts_.transport, parts_.timer, std::move(reach), base::to_base64url(device->joining->token.expose()));
  const auto shown = co_await server.own_account();  // refused as long as no list names this device
  if (shown) {
    const auto taken = take_up(*shown, std::nullopt);
    if (!taken) co_return co_await fail(taken.error());
    reached(NewStep::taken_up);
    co_return taken;
  }
  if (shown.error().error == Error::unreachable) co_return shown.error();
  if (parts_.clock.now().ms - device->at.ms >= gives_up_after_ms)
    co_return co_await fail(refused("no list names this device: the linking did not come to its end, begin anew"));
  co_return Problem(Error::unreachable,
                    "both codes were right, and the admin device has not put this device on the list yet: go on with "
                    "`sotto device link` in a minute");
}

asio::awaitable<Result<void>> NewDevice::resume() {
  const auto device = kept();
  if (!device) co_return device.error();
  if (!device->joining) co_return co_await fail(refused("the linking was interrupted: begin anew"));
  const auto authority = wire::Authority::parse(device->server);
  CHECK(authority);
  const auto route = route_without_account(parts_.store, parts_.random);
  if (!route) co_return route.error();
  Server::Reach reach{.authority = *authority, .ca_pem = device->server_ca, .tls_pin = {}, .route = *route};
  meeting_ = std::make_unique<Meeting>(parts_, std::move(reach), "");
  Server::Rendezvous at{.id = device->rendezvous, .key = device->rendezvous_key};
  meeting_->take(std::move(at));
  // The same bytes again; either may have arrived, or be too late: then only the list can tell.
  base::Blob request = device->joining->request;
  const auto added = co_await meeting_->server().add_device(std::move(request));
  if (!added && added.error().error == Error::unreachable) co_return added;
  base::Blob application = device->joining->application;
  const auto said = co_await meeting_->say(std::move(application));
  if (said) co_await parts_.timer.sleep(std::chrono::seconds(5));
  co_return co_await await_listing();
}

}  // namespace sotto::client::linking
