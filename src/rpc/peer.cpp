#include "rpc/peer.hpp"

#include <array>
#include <boost/json/value.hpp>

namespace sotto::rpc {
namespace {

constexpr std::size_t most_under_way = 16;  // requests of the other end

}  // namespace

Peer::Peer(std::shared_ptr<net::Stream> stream, Serve serve)
    : stream_(std::move(stream)), serve_(std::move(serve)), writing_(stream_->executor()) {}

asio::awaitable<std::optional<std::string>> Peer::read_line() {
  std::array<std::uint8_t, 16384> bytes{};
  std::size_t looked_at = 0;
  while (true) {
    const std::size_t end = read_.find('\n', looked_at);
    if (end != std::string::npos) {
      std::string line = read_.substr(0, end);
      read_.erase(0, end + 1);
      co_return line;
    }
    looked_at = read_.size();
    if (looked_at > longest_line) co_return std::nullopt;
    const auto size = co_await net::read_some(*stream_, bytes);
    if (!size || *size == 0) co_return std::nullopt;
    read_.append(bytes.begin(), bytes.begin() + std::ptrdiff_t(*size));
  }
}

asio::awaitable<void> Peer::write_line(std::string line) {
  line += '\n';
  const auto turn = co_await writing_.take();
  if (has_ended_) co_return;
  const auto stream = stream_;
  const auto written = co_await net::write_all(*stream, base::view(line));
  if (!written) end();
}

asio::awaitable<void> Peer::answer(Request request) {
  std::optional<Id> id = std::move(request.id);
  auto outcome = co_await serve_(shared_from_this(), std::move(request));
  --under_way_;
  if (!id) co_return;
  const Answer made{.id = *std::move(id), .outcome = std::move(outcome)};
  co_await write_line(serialize(made));
}

asio::awaitable<void> Peer::answer_for(std::shared_ptr<Peer> peer, Request request) {
  co_await peer->answer(std::move(request));
}

/// returns  whether the connection goes on
asio::awaitable<bool> Peer::take(const std::string& line) {
  auto message = parse(line);
  if (!message) {
    const Answer made{.id = json::value(), .outcome = message.error()};
    co_await write_line(serialize(made));
    co_return true;
  }
  if (auto* const request = std::get_if<Request>(&*message)) {
    if (under_way_ >= most_under_way) co_return false;
    ++under_way_;
    net::spawn(stream_->executor(), answer_for(shared_from_this(), std::move(*request)));
    co_return true;
  }
  auto& answered = std::get<Answer>(*message);
  const auto found = answered.id.is_int64() ? waiting_.find(answered.id.as_int64()) : waiting_.end();
  if (found == waiting_.end()) co_return true;  // an answer to nothing
  found->second->outcome = std::move(answered.outcome);
  found->second->bell.ring();
  co_return true;
}

asio::awaitable<void> Peer::run() {
  const auto self = shared_from_this();
  while (!has_ended_) {
    const auto line = co_await read_line();
    if (!line) break;
    if (line->empty()) continue;
    if (!co_await take(*line)) break;
  }
  end();
}

asio::awaitable<Result<json::value>> Peer::call(std::string method, json::object params) {
  const auto self = shared_from_this();
  const std::int64_t id = ++last_id_;
  const auto waiting = std::make_shared<Waiting>(stream_->executor());
  waiting_.emplace(id, waiting);
  const Request request{.id = json::value(id), .method = std::move(method), .params = std::move(params)};
  co_await write_line(serialize(request));
  while (!waiting->outcome && !has_ended_) co_await waiting->bell.wait();
  waiting_.erase(id);
  if (!waiting->outcome) co_return Failure(Code::internal_error, "the other end of the connection has gone");
  co_return *std::move(waiting->outcome);
}

void Peer::end() {
  if (has_ended_) return;
  has_ended_ = true;
  stream_->cut();
  for (const auto& [id, waiting] : waiting_) waiting->bell.ring();
}

void Peer::cut() { end(); }

}  // namespace sotto::rpc
