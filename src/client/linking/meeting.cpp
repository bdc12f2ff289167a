#include "client/linking/meeting.hpp"

#include "crypto/equal.hpp"
#include "store/linking.hpp"

namespace sotto::client::linking {
namespace {

Problem is_over() {
  return refused("the other device has ended the linking, or it took longer than two minutes: nothing was linked");
}

}  // namespace

Result<void> Meeting::in_time() const {
  if (parts_.clock.monotonic() < until_) return {};
  return refused("linking took longer than two minutes: nothing was linked, begin anew");
}

asio::awaitable<Result<void>> Meeting::pause(Problem problem) {
  if (problem.error != Error::unreachable) co_return problem;
  co_await parts_.timer.sleep(std::chrono::seconds(1));
  const auto still = in_time();
  if (!still) co_return problem;
  co_return Result<void>();
}

asio::awaitable<Result<void>> Meeting::open() {
  auto opened = co_await server_.open_rendezvous();
  if (!opened) co_return opened.error();
  at_ = *std::move(opened);
  co_return Result<void>();
}

asio::awaitable<Result<void>> Meeting::join(base::Bytes<16> rendezvous) {
  auto key = co_await server_.join_rendezvous(rendezvous);
  if (!key) co_return key.error();
  at_ = {.id = rendezvous, .key = *std::move(key)};
  co_return Result<void>();
}

asio::awaitable<Result<void>> Meeting::say(base::Blob message) {
  while (true) {
    const auto timely = in_time();
    if (!timely) co_return timely;
    Server::Rendezvous at = at_;
    base::Blob bytes = message;
    const auto said = co_await server_.say(std::move(at), std::move(bytes));
    if (said) co_return said;
    if (said.error().error == Error::refused) co_return is_over();
    const auto goes_on = co_await pause(said.error());
    if (!goes_on) co_return goes_on;
  }
}

asio::awaitable<Result<base::Blob>> Meeting::hear() {
  while (true) {
    const auto timely = in_time();
    if (!timely) co_return timely.error();
    Server::Rendezvous at = at_;
    auto heard = co_await server_.hear(std::move(at), heard_);
    if (heard && !heard->empty()) {
      ++heard_;
      co_return std::move(heard->front());
    }
    if (heard) continue;
    if (heard.error().error == Error::refused) co_return is_over();
    const auto goes_on = co_await pause(heard.error());
    if (!goes_on) co_return goes_on.error();
  }
}

asio::awaitable<void> Meeting::end() {
  Server::Rendezvous at = at_;
  const auto ended = co_await server_.end_rendezvous(std::move(at));
  if (!ended) co_return;
}

Result<void> may_begin(store::Transaction& in, base::Timestamp now) {
  const auto until = store::linking::closed_until(in, now);
  if (!until) return {};
  return refused("linking failed three times: it is closed until " + base::to_text(*until) + " UTC");
}

bool is_code(std::string_view typed, const std::string& code) {
  std::string digits;
  for (const char c : typed) {
    if (c != ' ' && c != '-' && c != '\t' && c != '\r' && c != '\n') digits += c;
  }
  return crypto::equal(base::view(digits), base::view(code));
}

}  // namespace sotto::client::linking
