#pragma once
#include <filesystem>
#include <memory>

#include "bench/lines/child.hpp"
#include "net/transport.hpp"

namespace sotto::bench {

/// Debian's ejabberd as tools/fetch-ejabberd unpacks it: TLS 1.3, no limits of rate, accounts and what waits for who is
/// away in its own database, stream management (XEP-0198) so that both ends acknowledge. It syncs nothing before it
/// acknowledges: under strace 4 syncs were counted while it took and acknowledged 3,000 messages for who was away, one
/// by one.
class Ejabberd {
 public:
  enum class Modules { as_debian_has_them, fewest };

  static bool is_there();
  /// Starts with these accounts, "u0" and so on, and waits until it serves. Nothing if it does not come up.
  static std::unique_ptr<Ejabberd> start(const std::filesystem::path& folder, std::size_t accounts, Modules modules);

  net::Endpoint endpoint() const { return endpoint_; }
  std::string ca_file() const { return ca_file_; }
  double cpu_us() const { return process_->cpu_us(); }

 private:
  net::Endpoint endpoint_;
  std::string ca_file_;
  std::unique_ptr<Child> process_;
};

}  // namespace sotto::bench
