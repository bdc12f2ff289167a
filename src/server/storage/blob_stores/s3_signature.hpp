#pragma once
#include <string>

#include "base/time.hpp"
#include "net/http.hpp"

namespace sotto::server {

struct S3Keys {
  std::string access_key;
  std::string secret_key;
};

/// Signs a request for S3 (AWS Signature Version 4): adds the headers x-amz-date, x-amz-content-sha256 and
/// Authorization. Covered are method, address, body, and the headers Host, Range and x-amz-….
///
/// host  as it is sent in the Host header
void sign_s3(net::Request& request, const std::string& host, const std::string& region, const S3Keys& keys,
             base::Timestamp now);

}  // namespace sotto::server
