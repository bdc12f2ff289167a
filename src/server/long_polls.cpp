#include "server/long_polls.hpp"

#include <vector>

#include "server/limits.hpp"

namespace sotto::server {

LongPolls::Place::Place(LongPolls& polls, Subject subject)
    : polls_(polls),
      subject_(subject),
      until_(polls.clock_.monotonic() + limits::long_poll),
      event_(std::make_shared<net::Event>(polls.timer_.executor())) {
  polls_.places_.emplace(subject_, event_);
}

LongPolls::Place::~Place() {
  const auto [begin, end] = polls_.places_.equal_range(subject_);
  for (auto place = begin; place != end; ++place) {
    if (place->second != event_) continue;
    polls_.places_.erase(place);
    return;
  }
}

asio::awaitable<bool> LongPolls::Place::wait() {
  const net::Duration left = until_ - polls_.clock_.monotonic();
  if (left <= net::Duration(0) || polls_.is_over_ || polls_.places_.size() > limits::long_polls) co_return false;
  const bool is_rung = co_await event_->wait_for(polls_.timer_, left);
  co_return is_rung && !polls_.is_over_;
}

void LongPolls::ring(Subject subject) {
  const auto [begin, end] = places_.equal_range(subject);
  for (auto place = begin; place != end; ++place) place->second->ring();
}

void LongPolls::end() {
  is_over_ = true;
  for (const auto& [subject, event] : places_) event->ring();
}

}  // namespace sotto::server
