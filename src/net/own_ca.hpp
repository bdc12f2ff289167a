#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "net/transport.hpp"

namespace sotto::net {

/// Certificates of a server's own making, for trying.
struct OwnCa {
  std::filesystem::path ca_file;  // what clients need
  ServerTls server;
};

/// Makes, or takes from an earlier start, a CA in `folder` (ca.pem, ca-key.pem) and a certificate of it for `hosts`
/// (server.pem with the CA's after it, server-key.pem). ECDSA P-256, keys readable by the owner only, ten years. The
/// server's certificate is made anew if its hosts differ or fewer than 30 days remain; the CA only if it is missing or
/// has expired. errors   certificate_file, key_file (with the file's name and why)
Result<OwnCa> own_ca(const std::filesystem::path& folder, const std::vector<std::string>& hosts, base::Timestamp now);

}  // namespace sotto::net
