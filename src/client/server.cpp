#include "client/server.hpp"

#include <algorithm>
#include <array>

#include "wire/frames.pb.h"

namespace sotto::client {
namespace {

namespace frames = wire::frames;

constexpr std::size_t max_words = 300;  // bytes of the server's own words that are shown

base::View view(const std::string& bytes) { return base::view(bytes); }

std::string text(base::View bytes) { return base::text(bytes); }

template <class Message>
base::Blob serialize(const Message& message) {
  std::string bytes;
  message.SerializeToString(&bytes);
  return base::blob(view(bytes));
}

template <class Message>
bool parse(Message& message, const base::Blob& bytes) {
  return message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

/// The server's words, without what could play with a terminal: only what ASCII can show.
std::string printable(const std::string& words) {
  std::string clean;
  for (const char c : words.substr(0, max_words)) clean += c < 0x20 || c > 0x7E ? ' ' : c;
  return clean;
}

struct Answer {
  std::string code;
  std::string message;
};

Answer error_of(const net::Response& response) {
  frames::Error error;
  if (!parse(error, response.body)) return {};
  return {.code = error.code(), .message = printable(error.message())};
}

Problem not_understood(const std::string& server) {
  return refused(server + ": the server's answer can't be understood; is it a Sotto server of this version?");
}

Problem problem_of(const net::Response& response, const std::string& server) {
  const Answer answer = error_of(response);
  const std::string words = answer.message.empty() ? "it answered " + std::to_string(response.status) : answer.message;
  const bool may_pass = response.status == 429 || response.status >= 500;
  return {may_pass ? Error::unreachable : Error::refused, server + ": " + words};
}

bool is_verdict_on_registration(const std::string& code) {
  constexpr std::array verdicts{"bad_statement", "bad_host",       "challenge_expired", "registration_closed",
                                "key_known",     "account_exists", "name_taken"};
  return std::ranges::find(verdicts, code) != verdicts.end();
}

}  // namespace

Server::Server(net::Transport& transport, net::Timer& timer, Reach reach, std::string bearer)
    : transport_(transport),
      timer_(timer),
      reach_(std::move(reach)),
      bearer_(std::move(bearer)),
      http_(transport, timer, {.host = reach_.authority.host, .port = reach_.authority.port}, tls()) {}

std::vector<net::Header> Server::headers() const {
  std::vector<net::Header> made{{.name = "Content-Type", .value = "application/x-protobuf"}};
  if (!bearer_.empty()) made.push_back({.name = "Authorization", .value = "Bearer " + bearer_});
  return made;
}

asio::awaitable<Result<net::Response>> Server::call(std::string method, std::string target, base::Blob body) {
  net::Request request{
      .method = std::move(method), .target = std::move(target), .headers = headers(), .body = std::move(body)};
  auto answer = co_await http_.send(std::move(request));
  if (!answer) co_return Problem(answer.error(), name());
  co_return *std::move(answer);
}

asio::awaitable<Result<Invitation>> Server::begin_registration() {
  auto answer = co_await call("POST", "/v1/register/begin", base::Blob());
  if (!answer) co_return answer.error();
  if (answer->status != 200) co_return problem_of(*answer, name());
  frames::RegisterBegun begun;
  if (!parse(begun, answer->body)) co_return not_understood(name());
  const auto mailbox = wire::MailboxId::from(view(begun.mailbox_id()));
  const auto challenge = base::fixed<32>(view(begun.challenge()));
  if (!mailbox || !challenge) co_return not_understood(name());
  co_return Invitation{.mailbox_id = *mailbox, .challenge = *challenge};
}

asio::awaitable<Result<std::optional<std::string>>> Server::register_account(base::Blob request) {
  auto answer = co_await call("POST", "/v1/register", std::move(request));
  if (!answer) co_return answer.error();
  if (answer->status == 200 && answer->body.empty()) co_return std::optional<std::string>();
  // Only the server's own word ends a registration; a proxy's 404 or a page of some gateway says nothing about it.
  if (!is_verdict_on_registration(error_of(*answer).code)) {
    co_return Problem(Error::unreachable,
                      name() + ": no answer to the registration yet (status " + std::to_string(answer->status) + ")");
  }
  co_return std::optional<std::string>(problem_of(*answer, name()).message);
}

asio::awaitable<Result<wire::Introduction>> Server::fetch_introduction(std::string target) {
  auto answer = co_await call("GET", std::move(target), base::Blob());
  if (!answer) co_return answer.error();
  if (answer->status != 200) co_return problem_of(*answer, name());
  frames::Account account;
  if (!parse(account, answer->body)) co_return not_understood(name());
  auto introduction = wire::Introduction::parse(view(account.introduction()));
  if (!introduction) co_return not_understood(name());
  co_return *std::move(introduction);
}

asio::awaitable<Result<wire::Introduction>> Server::look_up(std::string user_name) {
  co_return co_await fetch_introduction("/v1/names/" + user_name);
}

asio::awaitable<Result<wire::Introduction>> Server::introduction_of(wire::AccountId account) {
  co_return co_await fetch_introduction("/v1/accounts/" + account.text());
}

asio::awaitable<Result<ServerStatus>> Server::status() {
  auto answer = co_await call("GET", "/v1/status", base::Blob());
  if (!answer) co_return answer.error();
  if (answer->status != 200) co_return problem_of(*answer, name());
  frames::Status status;
  if (!parse(status, answer->body)) co_return not_understood(name());
  co_return ServerStatus{.queued = status.queued_envelopes(),
                         .one_time_prekeys = status.one_time_prekeys(),
                         .one_time_kyber_prekeys = status.one_time_kyber_prekeys(),
                         .version = printable(status.server_version())};
}

asio::awaitable<Result<void>> Server::put_prekeys(base::Blob upload) {
  auto answer = co_await call("PUT", "/v1/prekeys", std::move(upload));
  if (!answer) co_return answer.error();
  if (answer->status != 200) co_return problem_of(*answer, name());
  co_return Result<void>();
}

asio::awaitable<Result<std::vector<wire::DeviceBundle>>> Server::bundles(wire::AccountId account) {
  frames::BundleRequest request;
  request.set_account_id(text(account.view()));
  auto answer = co_await call("POST", "/v1/bundles", serialize(request));
  if (!answer) co_return answer.error();
  if (answer->status != 200) co_return problem_of(*answer, name());
  frames::Bundles found;
  if (!parse(found, answer->body)) co_return not_understood(name());
  std::vector<wire::DeviceBundle> made;
  for (const std::string& bytes : found.bundles()) {
    auto bundle = wire::DeviceBundle::parse(view(bytes));
    if (!bundle) co_return not_understood(name());
    made.push_back(*std::move(bundle));
  }
  co_return made;
}

asio::awaitable<Result<SendAnswer>> Server::send(base::Blob request) {
  auto answer = co_await call("POST", "/v1/messages", std::move(request));
  if (!answer) co_return answer.error();
  const Answer error = error_of(*answer);
  // Stored is an empty 200, refused is an error with a code of ours; anything else comes from somebody in between.
  if (answer->status == 200 && answer->body.empty()) co_return SendAnswer{.delivery = Delivery::stored, .reason = {}};
  if (answer->status == 200 || error.code.empty()) {
    co_return Problem(Error::unreachable, name() + ": what answered is not the Sotto server (status " +
                                              std::to_string(answer->status) + ")");
  }
  if (error.code == "wrong_devices" || error.code == "stale_devices") {
    co_return SendAnswer{.delivery = Delivery::wrong_devices, .reason = error.message};
  }
  if (error.code == "unknown_account")
    co_return SendAnswer{.delivery = Delivery::no_such_account, .reason = error.message};
  if (error.code == "mailbox_full") co_return SendAnswer{.delivery = Delivery::mailbox_full, .reason = error.message};
  if (answer->status == 429 || answer->status >= 500) {
    co_return SendAnswer{.delivery = Delivery::try_later, .reason = error.message};
  }
  if (answer->status == 401) co_return problem_of(*answer, name());
  co_return SendAnswer{.delivery = Delivery::refused, .reason = error.message};
}

asio::awaitable<Result<std::unique_ptr<Mailbox>>> Server::open_mailbox() {
  constexpr net::Duration patience = std::chrono::seconds(30);
  net::Request head{.method = "GET", .target = "/v1/mailbox", .headers = headers(), .body = {}};
  net::Endpoint endpoint{.host = reach_.authority.host, .port = reach_.authority.port};
  net::ClientTls options = tls();
  const net::WebSocketLimits limits;
  auto socket = co_await net::connect_websocket(transport_, timer_, std::move(endpoint), std::move(options),
                                                std::move(head), limits, patience);
  if (!socket && socket.error().http_status == 401) {
    co_return refused(name() + ": the server does not know this device (any more)");
  }
  if (!socket) co_return Problem(socket.error(), name());
  co_return std::make_unique<Mailbox>(*std::move(socket), name());
}

asio::awaitable<Result<MailboxFrame>> Mailbox::receive() {
  auto message = co_await socket_->receive();
  if (!message) {
    const auto reason = socket_->close_reason();
    if (reason && !reason->text.empty())
      co_return Problem(Error::unreachable, server_ + ": " + printable(reason->text));
    co_return Problem(message.error(), server_);
  }
  frames::ServerFrame frame;
  if (!parse(frame, *message)) co_return not_understood(server_);
  if (frame.has_drained()) co_return MailboxFrame(Drained{});
  if (!frame.has_deliver()) co_return not_understood(server_);
  const frames::Deliver& deliver = frame.deliver();
  const auto account = wire::AccountId::from(view(deliver.sender().account_id()));
  const std::uint32_t number = deliver.sender().device_number();
  if (!account || number < 1 || number > 127) co_return MailboxFrame(Unreadable{deliver.position()});
  Delivered delivered{.position = deliver.position(),
                      .hint = {.account = *account, .device = wire::DeviceNumber(static_cast<std::uint8_t>(number))},
                      .envelope = base::blob(view(deliver.envelope()))};
  co_return MailboxFrame(std::move(delivered));
}

asio::awaitable<Result<void>> Mailbox::acknowledge(std::uint64_t position) {
  frames::ClientFrame frame;
  frame.mutable_ack()->add_positions(position);
  const auto sent = co_await socket_->send(serialize(frame));
  if (!sent) co_return Problem(sent.error(), server_);
  co_return Result<void>();
}

asio::awaitable<void> Mailbox::close() {
  net::CloseReason reason{.code = 1000, .text = {}};
  co_await socket_->close(std::move(reason));
}

base::Blob send_request(const base::Bytes<16>& idempotency_key, const wire::AccountId& recipient,
                        const wire::SenderHint& sender, const std::vector<Addressed>& items) {
  frames::SendRequest request;
  request.set_idempotency_key(text(idempotency_key));
  request.set_recipient(text(recipient.view()));
  request.mutable_sender()->set_account_id(text(sender.account.view()));
  request.mutable_sender()->set_device_number(sender.device.value);
  for (const Addressed& item : items) {
    frames::Item& made = *request.add_items();
    made.set_mailbox_id(text(item.mailbox_id.view()));
    made.set_registration_id(item.registration_id.value);
    made.set_envelope(text(item.envelope));
  }
  return serialize(request);
}

}  // namespace sotto::client
