#include "server/mailbox_session.hpp"

#include <algorithm>

#include "server/limits.hpp"

namespace sotto::server {
namespace {

constexpr std::uint16_t close_protocol_error = 1002, close_our_failure = 1011;

wire::frames::ServerFrame deliver_frame(QueuedEnvelope queued) {
  wire::frames::ServerFrame frame;
  auto& deliver = *frame.mutable_deliver();
  deliver.set_position(queued.position);
  deliver.mutable_sender()->set_account_id(base::text(queued.sender.view()));
  deliver.mutable_sender()->set_device_number(queued.sender_device.value);
  deliver.set_envelope(queued.envelope.data(), queued.envelope.size());
  return frame;
}

}  // namespace

MailboxSession::MailboxSession(Storage& storage, MailboxHub& hub, net::Timer& timer, KnownDevice device,
                               net::WebSocket& websocket)
    : storage_(storage),
      hub_(hub),
      executor_(timer.executor()),
      device_(std::move(device)),
      websocket_(websocket),
      seat_(hub.take(device_.row)),
      acked_(executor_),
      part_ended_(executor_) {}

asio::awaitable<void> MailboxSession::run() {
  const auto ended = [this] {
    --parts_;
    part_ended_.ring();
  };
  parts_ = 2;
  net::spawn(executor_, push(), ended);
  net::spawn(executor_, acknowledge(), ended);

  co_await listen();
  is_over_ = true;
  websocket_.cut();
  seat_->changed.ring();
  acked_.ring();
  while (parts_ > 0) co_await part_ended_.wait();
  hub_.give_back(device_.row, seat_);
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
    acked_.ring();
  }
}

bool MailboxSession::take_acks(base::View bytes) {
  wire::frames::ClientFrame frame;
  if (bytes.size() > limits::client_frame || !frame.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return false;
  if (!frame.has_ack() || static_cast<std::size_t>(frame.ack().positions_size()) > limits::acks) return false;
  for (const std::uint64_t position : frame.ack().positions()) {
    const bool is_new = std::ranges::find(acks_, position) == acks_.end();
    if (is_new && in_flight_.contains(position)) acks_.push_back(position);  // others are late or made up: no harm
  }
  return true;
}

asio::awaitable<void> MailboxSession::acknowledge() {
  while (!is_over_ || !acks_.empty()) {
    if (acks_.empty()) {
      co_await acked_.wait();
      continue;
    }
    const std::vector<std::uint64_t> positions = acks_;  // all that came during the last commit, in one
    const auto done = co_await storage_.acknowledge(device_.row, positions);
    for (const std::uint64_t position : positions) {
      const auto found = in_flight_.find(position);
      in_flight_bytes_ -= found->second;
      in_flight_.erase(found);
    }
    acks_.erase(acks_.begin(), acks_.begin() + static_cast<std::ptrdiff_t>(positions.size()));
    // Not deleted for want of a disk: the envelopes come again on the next connection, where the device knows them.
    if (done) seat_->changed.ring();
    if (!done) websocket_.cut();
  }
}

std::size_t MailboxSession::room() const {
  if (in_flight_.empty()) return limits::window_bytes;
  return in_flight_.size() < limits::window_envelopes
             ? limits::window_bytes - std::min(limits::window_bytes, in_flight_bytes_)
             : 0;
}

asio::awaitable<void> MailboxSession::push() {
  bool is_drained = false;
  while (!is_over_) {
    if (seat_->leave) {
      net::CloseReason reason = *seat_->leave;
      co_await websocket_.close(std::move(reason));
      co_return;
    }
    bool has_pushed = false;
    if (room() > 0) {
      has_pushed = co_await push_queued();
      if (!has_pushed && !is_drained && !is_over_) {
        wire::frames::ServerFrame frame;
        frame.mutable_drained();
        is_drained = co_await send(frame);
      }
    }
    if (has_pushed) {
      is_drained = false;
    } else if (!is_over_) {
      co_await seat_->changed.wait();
    }
  }
}

asio::awaitable<bool> MailboxSession::push_queued() {
  const std::size_t count = limits::window_envelopes - in_flight_.size();
  auto queued = co_await storage_.queued(device_.row, last_pushed_, count, room());
  if (!queued) {
    net::CloseReason reason{.code = close_our_failure, .text = "the mailbox can't be read"};
    co_await websocket_.close(std::move(reason));
    is_over_ = true;
    co_return false;
  }
  for (QueuedEnvelope& envelope : *queued) {
    last_pushed_ = envelope.position;
    in_flight_.emplace(envelope.position, envelope.envelope.size());
    in_flight_bytes_ += envelope.envelope.size();
    const auto frame = deliver_frame(std::move(envelope));
    const bool is_sent = co_await send(frame);
    if (!is_sent) co_return true;
  }
  co_return !queued->empty();
}

asio::awaitable<bool> MailboxSession::send(const wire::frames::ServerFrame& frame) {
  base::Blob bytes(frame.ByteSizeLong());
  frame.SerializeToArray(bytes.data(), static_cast<int>(bytes.size()));
  const auto sent = co_await websocket_.send(std::move(bytes));
  if (!sent) is_over_ = true;
  co_return sent.has_value();
}

}  // namespace sotto::server
