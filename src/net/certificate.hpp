#pragma once
#include <memory>

#include "net/transport.hpp"

struct ssl_ctx_st;

namespace sotto::net {

/// The pin (ClientTls::spki_pin) that names this certificate's key; nothing if it is no certificate.
///
/// pem  text; the first certificate counts
std::optional<base::Bytes<32>> pin_of(const std::string& pem);

/// What a server shows for itself; it may change while the server runs. Each new connection gets the newest, those
/// under way keep theirs.
class Certificate {
 public:
  /// errors   certificate_file, key_file, key_mismatch
  static Result<std::shared_ptr<Certificate>> load(ServerTls files);
  ~Certificate();
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;

  /// Reads the files again.
  ///
  /// errors   as load(); the old certificate stays
  Result<void> reload();
  ssl_ctx_st* context() const;  // for the next connection

 private:
  struct State;
  explicit Certificate(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace sotto::net
