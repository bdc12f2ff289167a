#pragma once
#include <deque>
#include <functional>
#include <optional>
#include <unordered_map>

#include "net/awaitable.hpp"
#include "net/http.hpp"

namespace sotto::server {

namespace asio = boost::asio;

/// The uploads of the last while, so that a retry is delivered once and gets the same answer. A bounded memory: what
/// has fallen out of it is delivered again, and the device, which has it, says so to nobody (decisions, "server").
class RecentUploads {
 public:
  explicit RecentUploads(std::size_t max) : max_(max) {}

  /// Names an upload by what it is for and its idempotency key.
  static std::uint64_t name(base::View scope, const base::Bytes<16>& idempotency_key);

  /// Answers with what `deliver` gives, or gave. Only a 200 is kept; after another answer the same upload may try
  /// again. errors  409 idempotency_conflict  another request had this name
  ///         503 under_way             the same one is being delivered: by a connection that was given up, perhaps
  asio::awaitable<net::Response> once(std::uint64_t name, base::Bytes<32> request_hash,
                                      std::function<asio::awaitable<net::Response>()> deliver);
  /// One of an earlier run of the server, of which only the name is known.
  void remember(std::uint64_t name);

 private:
  struct Known {
    std::optional<base::Bytes<32>> request_hash;
    std::optional<net::Response> answer;  // nothing while it is under way
  };
  void make_room();

  std::size_t max_;
  std::unordered_map<std::uint64_t, Known> known_;
  std::deque<std::uint64_t> order_;
};

}  // namespace sotto::server
