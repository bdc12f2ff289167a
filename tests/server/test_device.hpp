#pragma once
#include "base/encoding.hpp"
#include "server/server_world.hpp"
#include "support/registration_draft.hpp"
#include "wire/frames.pb.h"
#include "wire/permit.hpp"

namespace sotto::test {

namespace frames = wire::frames;

inline base::Blob serialized(const google::protobuf::MessageLite& message) {
  base::Blob bytes(message.ByteSizeLong());
  message.SerializeToArray(bytes.data(), static_cast<int>(bytes.size()));
  return bytes;
}

template <class Message>
Message parsed(base::View bytes) {
  Message message;
  CHECK(message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
  return message;
}

/// What a person's device does at the wire, by hand: the server's tests know no client.
struct TestDevice {
  TestDevice(ServerWorld& in, std::uint64_t seed, std::string name)
      : world(in), draft(seed, "here:443"), client(in.network, in.time, in.endpoint(), {}) {
    draft.user_name = std::move(name);
    draft.one_time_prekeys = 3;
  }
  ~TestDevice() {
    client.disconnect();
    world.time.settle();
  }

  net::Response ask(std::string method, std::string target, base::Blob body = {}) {
    net::Request request{
        .method = std::move(method), .target = std::move(target), .headers = headers(), .body = std::move(body)};
    auto response = net::run(world.time, client.send(std::move(request)));
    CHECK(response);
    return std::move(*response);
  }
  std::vector<net::Header> headers() const {
    return {{.name = "Authorization", .value = "Bearer " + base::to_base64url(draft.token)}};
  }

  void begin() {
    const auto begun = parsed<frames::RegisterBegun>(ask("POST", "/v1/register/begin").body);
    draft.mailbox = *wire::MailboxId::from(base::view(begun.mailbox_id()));
    draft.challenge = *base::fixed<32>(base::view(begun.challenge()));
  }
  /// Begins and registers; keeps the request.
  net::Response enrol() {
    begin();
    registration = draft.request();
    return ask("POST", "/v1/register", registration);
  }
  /// The same, and gives out a contact permit.
  net::Response move_in() {
    net::Response response = enrol();
    if (response.status != 200) return response;
    return put_permit();
  }

  /// Without a token: by a permit that `of` gave.
  net::Response ask_anonymously(const TestDevice& of, std::string method, std::string target, base::Blob body = {}) {
    return ask_with({of.permit_header()}, std::move(method), std::move(target), std::move(body));
  }
  net::Response ask_with(std::vector<net::Header> with, std::string method, std::string target, base::Blob body = {}) {
    net::HttpClient anonymous(world.network, world.time, world.endpoint(), {});
    net::Request request{
        .method = std::move(method), .target = std::move(target), .headers = std::move(with), .body = std::move(body)};
    auto response = net::run(world.time, anonymous.send(std::move(request)));
    CHECK(response);
    return std::move(*response);
  }
  net::Header permit_header() const {
    return {.name = "Sotto-Permit", .value = base::to_base64url(base::concat({draft.account_id().view(), permit}))};
  }
  frames::Permit permit_of_class(frames::Permit::Class permit_class, const wire::Permit& of) const {
    frames::Permit made;
    made.set_hash(base::text(wire::permit_hash(draft.account_id(), of)));
    made.set_class_(permit_class);
    made.set_last_day(base::day_of(world.time.now()).value + 365);
    return made;
  }
  net::Response put_permit(frames::Permit::Class permit_class = frames::Permit::CONTACT) {
    frames::PermitChange change;
    *change.add_add() = permit_of_class(permit_class, permit);
    return ask("PUT", "/v1/permits", serialized(change));
  }

  frames::SendRequest letter_to(const TestDevice& to, std::string text, std::uint8_t key) const {
    frames::SendRequest letter;
    letter.set_idempotency_key(std::string(16, static_cast<char>(key)));
    auto& item = *letter.add_items();
    item.set_mailbox_id(base::text(to.draft.mailbox.view()));
    item.set_registration_id(4242);
    item.set_envelope(std::move(text));
    return letter;
  }
  net::Response send(const TestDevice& to, const frames::SendRequest& letter) {
    return ask_anonymously(to, "POST", "/v1/messages", serialized(letter));
  }
  net::Response send(const TestDevice& to, std::string text, std::uint8_t key) {
    return send(to, letter_to(to, std::move(text), key));
  }
  frames::Status status() { return parsed<frames::Status>(ask("GET", "/v1/status").body); }

  net::Result<std::unique_ptr<net::WebSocket>> open_mailbox() {
    net::Request head{.target = "/v1/mailbox", .headers = headers()};
    return net::run(world.time, net::connect_websocket(world.network, world.time, world.endpoint(), {}, std::move(head),
                                                       {}, std::chrono::seconds(10)));
  }

  ServerWorld& world;
  RegistrationDraft draft;
  net::HttpClient client;
  base::Blob registration;
  wire::Permit permit = draft.random.bytes<16>();
};

inline std::string code_of(const net::Response& response) { return parsed<frames::Error>(response.body).code(); }

inline frames::ServerFrame next_frame(ServerWorld& world, net::WebSocket& websocket) {
  const auto frame = net::run(world.time, websocket.receive());
  CHECK(frame);
  return parsed<frames::ServerFrame>(*frame);
}

inline void acknowledge(ServerWorld& world, net::WebSocket& websocket, std::vector<std::uint64_t> positions) {
  frames::ClientFrame frame;
  for (const auto position : positions) frame.mutable_ack()->add_positions(position);
  const auto sent = net::run(world.time, websocket.send(serialized(frame)));
  CHECK(sent);
  world.time.settle();
}

}  // namespace sotto::test
