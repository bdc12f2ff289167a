#include "server/mailbox/session.hpp"

#include <algorithm>

#include "server/limits.hpp"

namespace sotto::server {
namespace {

constexpr std::size_t max_untold = 64;  // frames of confirmations and notices
constexpr std::uint16_t close_protocol_error = 1002, close_our_failure = 1011;

wire::frames::ServerFrame deliver_frame(Position position, const base::Blob& envelope) {
  wire::frames::ServerFrame frame;
  frame.mutable_deliver()->set_position(position);
  frame.mutable_deliver()->set_envelope(envelope.data(), envelope.size());
  return frame;
}

}  // namespace

MailboxSession::MailboxSession(Storage& storage, MailboxHub& hub, Delivery& delivery, DeviceRow device,
                               net::WebSocket& websocket, asio::any_io_executor executor)
    : storage_(storage), hub_(hub), delivery_(delivery), executor_(std::move(executor)), websocket_(websocket) {
  if (const auto older = hub.find(device)) delivery.abandon(older);  // first, so that this one finds it all stored
  seat_ = hub.take(device);
}

asio::awaitable<void> MailboxSession::run() {
  seat_->on_change = [this] { start_push(); };
  start_push();
  co_await listen();
  is_over_ = true;
  websocket_.cut();
  delivery_.abandon(seat_);
  seat_->on_change = nullptr;
  if (parts_ > 0) part_ended_.emplace(executor_);
  while (parts_ > 0) co_await part_ended_->wait();
  hub_.give_back(seat_);
}

std::function<void()> MailboxSession::part() {
  ++parts_;
  return [this] {
    --parts_;
    if (part_ended_) part_ended_->ring();
  };
}

void MailboxSession::start_push() {
  is_to_push_again_ = true;
  if (is_pushing_ || is_over_) return;
  is_pushing_ = true;
  net::spawn(executor_, push(), part());
}

void MailboxSession::start_acknowledge() {
  if (is_acknowledging_) return;
  is_acknowledging_ = true;
  net::spawn(executor_, acknowledge(), part());
}

asio::awaitable<void> MailboxSession::listen() {
  for (;;) {
    const auto frame = co_await websocket_.receive();
    if (!frame) co_return;
    if (!take_acks(*frame)) {
      net::CloseReason reason{.code = close_protocol_error, .text = "not an acknowledgement"};
      co_await websocket_.close(std::move(reason));
      co_return;
    }
  }
}

bool MailboxSession::take_acks(base::View bytes) {
  wire::frames::ClientFrame frame;
  if (bytes.size() > limits::client_frame || !frame.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return false;
  if (!frame.has_ack() || static_cast<std::size_t>(frame.ack().positions_size()) > limits::acks) return false;
  const bool was_full = !seat_->has_room();
  bool is_to_be_deleted = false;
  for (const Position position : frame.ack().positions()) {
    if (frame.ack().wants_answer() && seat_->deletes) answers_.push_back(position);
    if (!seat_->in_flight.contains(position)) continue;  // late or made up: no harm
    seat_->take_out_of_window(position);
    if (!seat_->deletes || delivery_.settle(*seat_, position)) continue;
    acks_.push_back(position);
    is_to_be_deleted = true;
  }
  if (answers_.size() > limits::acks) return false;  // it asks faster than the disk can answer
  if (is_to_be_deleted || !answers_.empty()) start_acknowledge();
  if (was_full) start_push();
  return true;
}

asio::awaitable<void> MailboxSession::acknowledge() {
  while (!acks_.empty() || (!answers_.empty() && !is_over_)) {
    const std::vector<Position> positions = acks_;  // all that came during the last commit, in one
    std::vector<Position> answers = std::move(answers_);
    answers_.clear();
    if (!positions.empty()) {
      const auto done = co_await storage_.mailboxes().acknowledge(seat_->device, positions);
      acks_.erase(acks_.begin(), acks_.begin() + static_cast<std::ptrdiff_t>(positions.size()));
      // Not deleted for want of a disk: the envelopes come again on the next connection, where the device knows them.
      if (!done) websocket_.cut();
      if (!done) continue;
    }
    if (answers.empty()) continue;
    if (seat_->to_tell.size() >= max_untold) {  // it asks and asks, and does not read
      websocket_.cut();
      continue;
    }
    wire::frames::ServerFrame frame;
    for (const Position position : answers) frame.mutable_acked()->add_positions(position);
    seat_->to_tell.push_back(std::move(frame));
    start_push();
  }
  is_acknowledging_ = false;
}

asio::awaitable<void> MailboxSession::push() {
  while (!is_over_) {
    is_to_push_again_ = false;
    const bool has_done_something = co_await push_some();
    if (!has_done_something && !is_to_push_again_) break;
  }
  is_pushing_ = false;
}

asio::awaitable<bool> MailboxSession::push_some() {
  if (seat_->leave) {
    net::CloseReason reason = *seat_->leave;
    co_await websocket_.close(std::move(reason));
    is_over_ = true;
    co_return false;
  }
  if (!seat_->to_push.empty()) {
    is_drained_ = false;
    co_await push_from_memory();
    co_return true;
  }
  if (!seat_->to_tell.empty()) {
    wire::frames::ServerFrame frame = std::move(seat_->to_tell.front());
    seat_->to_tell.pop_front();
    co_return co_await send(std::move(frame));
  }
  if (!seat_->is_live && seat_->room() > 0) {
    const bool has_pushed = co_await push_queued();
    if (has_pushed) is_drained_ = false;
    if (has_pushed) co_return true;
  }
  if (!seat_->is_live || is_drained_ || is_over_) co_return false;
  wire::frames::ServerFrame frame;
  frame.mutable_drained();
  is_drained_ = co_await send(std::move(frame));
  co_return is_drained_;
}

asio::awaitable<void> MailboxSession::push_from_memory() {
  const MemoryEnvelope envelope = std::move(seat_->to_push.front());
  seat_->to_push.pop_front();
  if (envelope.position > 0) last_pushed_ = envelope.position;
  wire::frames::ServerFrame frame = deliver_frame(envelope.position, *envelope.bytes);
  co_await send(std::move(frame));
}

asio::awaitable<bool> MailboxSession::push_queued() {
  const bool is_settled = !delivery_.is_storing(seat_->device);
  const std::uint64_t stores = seat_->stores_begun;
  const std::size_t count = limits::window_envelopes - std::min(limits::window_envelopes, seat_->in_flight.size());
  auto queued = co_await storage_.mailboxes().queued(seat_->device, last_pushed_, count,
                                                     std::min(seat_->room(), limits::read_at_once));
  if (is_over_) co_return true;
  if (!queued) {
    net::CloseReason reason{.code = close_our_failure, .text = "the mailbox can't be read"};
    co_await websocket_.close(std::move(reason));
    is_over_ = true;
    co_return false;
  }
  for (QueuedEnvelope& envelope : *queued) {
    if (seat_->leave) co_return true;
    last_pushed_ = envelope.position;
    seat_->put_in_window(envelope.position, envelope.envelope.size());
    wire::frames::ServerFrame frame = deliver_frame(envelope.position, envelope.envelope);
    const bool is_sent = co_await send(std::move(frame));
    if (!is_sent) co_return true;
  }
  if (queued->empty() && is_settled && stores == seat_->stores_begun && !seat_->leave) seat_->is_live = true;
  co_return !queued->empty();
}

asio::awaitable<bool> MailboxSession::send(wire::frames::ServerFrame frame) {
  base::Blob bytes(frame.ByteSizeLong());
  frame.SerializeToArray(bytes.data(), static_cast<int>(bytes.size()));
  const auto sent = co_await websocket_.send(std::move(bytes));
  if (!sent) is_over_ = true;
  co_return sent.has_value();
}

}  // namespace sotto::server
