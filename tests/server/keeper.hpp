#pragma once
#include "server/test_device.hpp"
#include "wire/acts.hpp"

namespace sotto::test {

/// What a new list is made of.
struct ListChange {
  std::vector<wire::Device> devices = {};
  bool is_new_epoch = false;
  std::optional<wire::Arrival> arrival = {};
};

/// Who holds an account's own keys, at the wire and by hand: makes and sends acts.
struct Keeper {
  explicit Keeper(TestDevice& of) : first(of) {}

  wire::Introduction introduction() {
    const auto account = parsed<frames::Account>(first.ask("GET", "/v1/own/account").body);
    return *wire::Introduction::parse(base::view(account.introduction()));
  }
  wire::CheckedIntroduction held() { return *wire::rules::parse(introduction()); }
  const crypto::PrivateKey& account_key() const { return first.draft.account.private_key; }
  const crypto::PrivateKey& root_key() const { return first.draft.root.private_key; }
  base::Random& random() { return first.draft.random; }

  frames::ActBegun begin() {
    frames::ActBegin request;
    request.set_account_id(base::text(first.draft.account_id().view()));
    return parsed<frames::ActBegun>(first.ask_with({}, "POST", "/v1/acts/begin", serialized(request)).body);
  }

  enum class By { account_key, root };
  base::Blob act(wire::Operation operation, base::Blob body, By by = By::account_key,
                 std::optional<wire::Order> order = std::nullopt) {
    const auto challenge = *base::fixed<32>(base::view(begin().challenge()));
    return act_with(challenge, operation, std::move(body), by, order ? *order : held().list.order);
  }
  base::Blob act_with(const base::Bytes<32>& challenge, wire::Operation operation, base::Blob body, By by,
                      wire::Order order) {
    wire::AccountAct made{.server = "here:443",
                          .account_id = first.draft.account_id(),
                          .operation = operation,
                          .order = order,
                          .challenge = challenge,
                          .body_hash = crypto::sha256({body})};
    wire::ActRequest request{.body = std::move(body), .act = {}, .root_signature = std::nullopt};
    request.act = wire::Signed::make(wire::names::account_act, made.serialize(), account_key(), random());
    if (by == By::root)
      request.root_signature =
          crypto::sign(root_key(), wire::to_be_signed(wire::names::account_act, request.act.statement), random());
    return request.serialize();
  }
  net::Response send(std::string method, std::string target, base::Blob act) {
    return first.ask_with({}, std::move(method), std::move(target), std::move(act));
  }

  wire::Device entry(std::uint8_t number, RegistrationDraft& of, const wire::MailboxId& mailbox) {
    wire::Device made{.number = wire::DeviceNumber(number),
                      .identity_key = of.identity.public_key,
                      .registration_id = wire::RegistrationId(4242),
                      .mailbox_id = mailbox,
                      .sealed = random().bytes<wire::private_size>(),
                      .day_added = {20'000},
                      .consent = {},
                      .server_certificate = {}};
    const auto consent = made.consent_of(first.draft.account_id()).serialize();
    made.consent =
        crypto::sign(of.identity.private_key, wire::to_be_signed(wire::names::device_consent, consent), random());
    return made;
  }

  /// The list after the one that is held; what `change` leaves open is as it was.
  base::Blob list_body(ListChange change) {
    const wire::Introduction before = introduction();
    const wire::CheckedIntroduction checked = *wire::rules::parse(before);
    wire::ListBody body{.certificate = std::nullopt,
                        .list = {},
                        .replaced = checked.list.order,
                        .replaced_hash = checked.list_hash,
                        .arrival = std::move(change.arrival)};
    wire::DeviceList list = checked.list;
    ++list.order.version;
    list.previous = {checked.list_hash};
    if (!change.devices.empty()) list.devices = std::move(change.devices);
    if (change.is_new_epoch) {
      first.draft.account = crypto::KeyPair::generate(random());
      wire::AccountCertificate certificate = checked.certificate;
      ++certificate.epoch;
      certificate.account_key = first.draft.account.public_key;
      body.certificate =
          wire::Signed::make(wire::names::account_certificate, certificate.serialize(), root_key(), random());
      list.certificate_hash = wire::hash(wire::names::account_certificate, body.certificate->statement);
      list.order = {.links = 0, .epoch = certificate.epoch, .version = 1};
      list.previous.clear();
    }
    for (wire::Device& device : list.devices)
      device.server_certificate =
          relay::ServerCertificate::issue(device.number.value, device.identity_key, account_key(), random())
              .serialize();
    if (change_list) change_list(list);
    body.list = wire::Signed::make(wire::names::device_list, list.serialize(), account_key(), random());
    last_order = list.order;
    if (change_body) change_body(body);
    return body.serialize();
  }
  base::Blob list_act(ListChange change) {
    const By by = change.is_new_epoch ? By::root : By::account_key;
    base::Blob body = list_body(std::move(change));
    return act(wire::Operation::device_list, std::move(body), by, last_order);
  }
  net::Response put_list(ListChange change) { return send("PUT", "/v1/account/list", list_act(std::move(change))); }

  net::Response put_name(std::optional<std::string> name) {
    const wire::NameBody body{.user_name = std::move(name)};
    return send("PUT", "/v1/account/name", act(wire::Operation::user_name, body.serialize()));
  }

  TestDevice& first;
  wire::Order last_order;
  std::function<void(wire::DeviceList&)> change_list;
  std::function<void(wire::ListBody&)> change_body;
};

/// A second device of the account, waiting for a list.
struct SecondDevice {
  SecondDevice(Keeper& to, std::uint64_t seed) : keeper(to), device(to.first.world, seed, "second") {
    const auto grant = parsed<frames::MailboxGrant>(to.first.ask("POST", "/v1/grants").body);
    device.draft.mailbox = *wire::MailboxId::from(base::view(grant.mailbox_id()));
    request.set_account_id(base::text(to.first.draft.account_id().view()));
    request.set_grant(grant.grant());
    request.set_token_hash(base::text(wire::hash(wire::names::device_token, device.draft.token)));
    request.set_identity_key(base::text(device.draft.identity.public_key.serialize()));
    request.set_registration_id(4242);
    request.set_prekeys(base::text(device.draft.prekeys().serialize()));
  }
  net::Response arrive() { return device.ask_with({}, "POST", "/v1/devices", serialized(request)); }
  wire::Device entry(std::uint8_t number) { return keeper.entry(number, device.draft, device.draft.mailbox); }
  /// The list that it joins.
  ListChange joined(std::uint8_t number) {
    ListChange change{.devices = keeper.held().list.devices};
    change.devices.push_back(entry(number));
    return change;
  }

  Keeper& keeper;
  TestDevice device;
  frames::NewDevice request;
};

}  // namespace sotto::test
