#pragma once
#include "base/secret.hpp"
#include "net/http.hpp"

/// Tokens, permits, keys and tags, as a request shows them. The server keeps hashes of them, and the bytes no longer
/// than it takes to look at them.
namespace sotto::server {

/// What stands in a header as base64url, behind `scheme`; empty if nothing that can be read does.
base::SecretBlob shown(const net::Request& request, std::string_view header, std::string_view scheme = {});
/// Wipes and takes out every header that is a right.
void forget_shown(net::Request& request);

/// The same, at the end of a scope that looks at it again.
class ForgetsShown {
 public:
  explicit ForgetsShown(net::Request& request) : request_(request) {}
  ~ForgetsShown() { forget_shown(request_); }
  ForgetsShown(const ForgetsShown&) = delete;
  ForgetsShown& operator=(const ForgetsShown&) = delete;

 private:
  net::Request& request_;
};

}  // namespace sotto::server
