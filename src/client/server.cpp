#include "client/server.hpp"

#include <algorithm>
#include <array>
#include <deque>

#include "net/event.hpp"

namespace sotto::client {
namespace {

namespace frames = wire::frames;

using answers::error_of;
using answers::not_understood;
using answers::parse;
using answers::printable;
using answers::problem_of;
using answers::serialize;
using base::text;
using base::view;

bool is_verdict_on_registration(const std::string& code) {
  constexpr std::array verdicts{"bad_statement", "bad_host",       "challenge_expired", "registration_closed",
                                "key_known",     "account_exists", "name_taken"};
  return std::ranges::find(verdicts, code) != verdicts.end();
}

Generation generation_of(const frames::Generation& from) {
  return {.number = from.number(), .tick = base::fixed<16>(view(from.tick()))};
}

std::optional<base::Timestamp> clock_of(const frames::Status& status) {
  constexpr std::uint64_t latest = 1ull << 50;  // far beyond any date that can be written
  if (status.clock_ms() == 0 || status.clock_ms() > latest) return std::nullopt;
  return base::Timestamp{static_cast<std::int64_t>(status.clock_ms())};
}

}  // namespace

Server::Server(net::Transport& transport, net::Timer& timer, Reach reach, std::string bearer)
    : transport_(transport),
      timer_(timer),
      reach_(std::move(reach)),
      bearer_(std::move(bearer)),
      http_(transport, timer, reach_.endpoint(), reach_.tls()) {}

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
  if (auto other = answers::not_ours(*answer, name())) co_return *std::move(other);
  co_return *std::move(answer);
}

asio::awaitable<Result<Invitation>> Server::begin_registration(std::string user_name) {
  frames::RegisterBegin wish;
  wish.set_user_name(user_name);
  auto answer = co_await call("POST", "/v1/register/begin", serialize(wish));
  if (!answer) co_return answer.error();
  if (error_of(*answer).code == "name_taken") co_return refused(name() + ": the name \"" + user_name + "\" is taken");
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

asio::awaitable<Result<wire::Introduction>> Server::look_up(std::string user_name) {
  auto answer = co_await call("GET", "/v1/names/" + user_name, base::Blob());
  if (!answer) co_return answer.error();
  if (answer->status != 200) co_return problem_of(*answer, name());
  frames::LookUp found;
  if (!parse(found, answer->body)) co_return not_understood(name());
  if (!found.has_account())
    co_return refused(name() + ": nobody called \"" + user_name + "\" is there, or to be found by name");
  auto introduction = wire::Introduction::parse(view(found.account().introduction()));
  if (!introduction) co_return not_understood(name());
  co_return *std::move(introduction);
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
                         .version = printable(status.server_version()),
                         .generation = generation_of(status.generation()),
                         .store_epoch = status.store_epoch(),
                         .deletion_day = status.deletion_day(),
                         .clock = clock_of(status),
                         .clone_alarm_day = status.clone_alarm_day()};
}

asio::awaitable<Result<void>> Server::put_prekeys(base::Blob upload) {
  auto answer = co_await call("PUT", "/v1/prekeys", std::move(upload));
  if (!answer) co_return answer.error();
  if (answer->status != 200) co_return problem_of(*answer, name());
  co_return Result<void>();
}

asio::awaitable<Result<void>> Server::put_permits(base::Blob change) {
  auto answer = co_await call("PUT", "/v1/permits", std::move(change));
  if (!answer) co_return answer.error();
  if (answer->status != 200) co_return problem_of(*answer, name());
  co_return Result<void>();
}

asio::awaitable<Result<std::vector<wire::DeviceBundle>>> Server::bundles_to_knock(wire::AccountId account) {
  frames::BundleRequest request;
  request.set_account_id(text(account.view()));
  auto answer = co_await call("POST", "/v1/knocks/bundles", serialize(request));
  if (!answer) co_return answer.error();
  co_return answers::bundles(*answer, name());
}

asio::awaitable<Result<SendAnswer>> Server::knock(base::Blob request) {
  auto answer = co_await call("POST", "/v1/knocks", std::move(request));
  if (!answer) co_return answer.error();
  co_return answers::sending(*answer, name());
}

asio::awaitable<Result<std::unique_ptr<Mailbox>>> Server::open_mailbox() {
  constexpr net::Duration patience = std::chrono::seconds(30);
  net::Request head{.method = "GET", .target = "/v1/mailbox", .headers = headers(), .body = {}};
  net::Endpoint endpoint = reach_.endpoint();
  net::ClientTls options = reach_.tls();
  const net::WebSocketLimits limits;
  auto socket = co_await net::connect_websocket(transport_, timer_, std::move(endpoint), std::move(options),
                                                std::move(head), limits, patience);
  if (!socket && socket.error().http_status == 401) {
    Problem unknown = refused(name() + ": the server does not know this device (any more)");
    unknown.is_unknown_device = true;
    co_return unknown;
  }
  if (!socket) co_return Problem(socket.error(), name());
  co_return std::make_unique<Mailbox>(*std::move(socket), timer_, name());
}

// The mailbox

namespace {

constexpr std::size_t most_read_ahead = 64;         // frames
constexpr std::size_t most_bytes_ahead = 4u << 20;  // of envelopes; one more may come on top

MailboxFrame frame_of(frames::ServerFrame& frame) {
  if (frame.has_drained()) return Drained{};
  if (frame.has_notice() && frame.notice().has_prekeys_low()) return PrekeysLow{};
  if (frame.has_notice() && frame.notice().has_list_changed()) return ListChanged{};
  if (frame.has_notice() && frame.notice().has_clone_alarm()) return Cloned{};
  if (!frame.has_deliver()) return Passed{};
  base::Blob envelope = base::blob(view(frame.deliver().envelope()));
  if (frame.deliver().position() == 0) return Ephemeral{std::move(envelope)};
  return Delivered{.position = frame.deliver().position(), .envelope = std::move(envelope)};
}

std::size_t size_of(const Result<MailboxFrame>& frame) {
  if (!frame) return 0;
  if (const auto* delivered = std::get_if<Delivered>(&*frame)) return delivered->envelope.size();
  const auto* ephemeral = std::get_if<Ephemeral>(&*frame);
  return ephemeral != nullptr ? ephemeral->envelope.size() : 0;
}

}  // namespace

struct Mailbox::Inflow {
  Inflow(std::unique_ptr<net::WebSocket> from, asio::any_io_executor executor, std::string name)
      : socket(std::move(from)), came(executor), has_room(executor), server(std::move(name)) {}

  Result<MailboxFrame> read_frame(const net::Result<base::Blob>& message) const {
    if (!message) {
      const auto reason = socket->close_reason();
      if (reason && !reason->text.empty()) return Problem(Error::unreachable, server + ": " + printable(reason->text));
      return Problem(message.error(), server);
    }
    frames::ServerFrame frame;
    if (!parse(frame, *message)) return not_understood(server);
    return frame_of(frame);
  }

  bool is_full() const { return frames.size() >= most_read_ahead || bytes >= most_bytes_ahead; }
  void push(Result<MailboxFrame> frame) {
    bytes += size_of(frame);
    frames.push_back(std::move(frame));
    came.ring();
  }
  Result<MailboxFrame> pop() {
    Result<MailboxFrame> frame = std::move(frames.front());
    frames.pop_front();
    bytes -= size_of(frame);
    has_room.ring();
    return frame;
  }

  std::unique_ptr<net::WebSocket> socket;
  std::size_t bytes = 0;                    // of the envelopes in `frames`
  std::deque<Result<MailboxFrame>> frames;  // the last one is an error, if nothing more comes
  net::Event came;
  net::Event has_room;
  std::string server;
  bool is_cut = false;
};

Mailbox::Mailbox(std::unique_ptr<net::WebSocket> socket, net::Timer& timer, std::string server)
    : inflow_(std::make_shared<Inflow>(std::move(socket), timer.executor(), std::move(server))), timer_(timer) {
  net::spawn(timer.executor(), read(inflow_));
}

asio::awaitable<void> Mailbox::read(std::shared_ptr<Inflow> inflow) {
  while (true) {
    while (inflow->is_full() && !inflow->is_cut) co_await inflow->has_room.wait();
    const auto message = co_await inflow->socket->receive();
    Result<MailboxFrame> frame = inflow->read_frame(message);
    const bool is_over = !frame;
    inflow->push(std::move(frame));
    if (is_over) co_return;
  }
}

void Mailbox::cut() {
  inflow_->is_cut = true;
  inflow_->socket->cut();
  inflow_->has_room.ring();
}

asio::awaitable<Result<MailboxFrame>> Mailbox::receive() {
  while (inflow_->frames.empty()) co_await inflow_->came.wait();
  if (!inflow_->frames.front()) co_return inflow_->frames.front();  // and so from now on
  co_return inflow_->pop();
}

asio::awaitable<std::vector<Delivered>> Mailbox::with_followers(Delivered first) {
  constexpr int patience = 3;  // turns of the reader without anything new
  std::vector<Delivered> found;
  found.push_back(std::move(first));
  std::size_t bytes = found.front().envelope.size();
  int quiet = 0;
  while (found.size() < most_read_ahead && bytes < most_bytes_ahead && quiet < patience) {
    if (inflow_->frames.empty()) {
      ++quiet;
      co_await timer_.sleep(net::Duration(0));
      continue;
    }
    const auto& next = inflow_->frames.front();
    if (!next || !std::holds_alternative<Delivered>(*next)) break;
    Result<MailboxFrame> follower = inflow_->pop();
    found.push_back(std::get<Delivered>(*std::move(follower)));
    bytes += found.back().envelope.size();
    quiet = 0;
  }
  co_return found;
}

asio::awaitable<Result<void>> Mailbox::acknowledge(std::vector<std::uint64_t> positions) {
  frames::ClientFrame frame;
  for (const std::uint64_t position : positions) frame.mutable_ack()->add_positions(position);
  const auto sent = co_await inflow_->socket->send(serialize(frame));
  if (!sent) co_return Problem(sent.error(), inflow_->server);
  co_return Result<void>();
}

asio::awaitable<void> Mailbox::close() {
  net::CloseReason reason{.code = 1000, .text = {}};
  co_await inflow_->socket->close(std::move(reason));
}

base::Blob send_request(const base::Bytes<16>& idempotency_key, const wire::AccountId& recipient,
                        const std::vector<Addressed>& items, bool is_ephemeral) {
  frames::SendRequest request;
  request.set_idempotency_key(text(idempotency_key));
  request.set_recipient(text(recipient.view()));
  request.set_is_ephemeral(is_ephemeral);
  for (const Addressed& item : items) {
    frames::Item& made = *request.add_items();
    made.set_mailbox_id(text(item.mailbox_id.view()));
    made.set_registration_id(item.registration_id.value);
    made.set_envelope(text(item.envelope));
  }
  return serialize(request);
}

}  // namespace sotto::client
