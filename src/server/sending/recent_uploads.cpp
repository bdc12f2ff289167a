#include "server/sending/recent_uploads.hpp"

#include <boost/endian/conversion.hpp>

#include "crypto/hash.hpp"
#include "server/answer.hpp"

namespace sotto::server {
namespace {

net::Response conflict() {
  return refuse(409, "idempotency_conflict",
                "another request was sent with this idempotency key; nothing was delivered");
}

}  // namespace

std::uint64_t RecentUploads::name(base::View scope, const base::Bytes<16>& idempotency_key) {
  return boost::endian::load_big_u64(crypto::sha256({scope, idempotency_key}).data()) >> 1;  // SQLite's are signed
}

asio::awaitable<net::Response> RecentUploads::once(std::uint64_t name, base::Bytes<32> request_hash,
                                                   std::function<asio::awaitable<net::Response>()> deliver) {
  const auto found = known_.find(name);
  if (found != known_.end()) {
    if (found->second.request_hash && *found->second.request_hash != request_hash) co_return conflict();
    if (found->second.answer) co_return *found->second.answer;
    co_return refuse_for_now(503, "under_way", "the same upload is under way on another connection");
  }
  make_room();
  known_.emplace(name, Known{.request_hash = request_hash, .answer = std::nullopt});
  order_.push_back(name);
  net::Response answer = co_await deliver();
  const auto again = known_.find(name);
  if (again == known_.end()) co_return answer;
  if (answer.status == 200) {
    again->second.answer = answer;
  } else {
    known_.erase(again);  // its place in order_ is passed over later
  }
  co_return answer;
}

void RecentUploads::remember(std::uint64_t name) {
  make_room();
  if (known_.try_emplace(name, Known{.request_hash = std::nullopt, .answer = ok()}).second) order_.push_back(name);
}

void RecentUploads::make_room() {
  while (order_.size() >= max_) {
    known_.erase(order_.front());
    order_.pop_front();
  }
}

}  // namespace sotto::server
