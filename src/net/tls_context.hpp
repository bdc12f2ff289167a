#pragma once
#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "net/transport.hpp"

namespace sotto::net {

struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using ContextPtr = std::unique_ptr<SSL_CTX, FreeContext>;

struct FreeSsl {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};
using SslPtr = std::unique_ptr<SSL, FreeSsl>;

/// errors   certificate_file  the CA file can't be used
Result<ContextPtr> client_context(const ClientTls& tls);
/// errors   certificate_file, key_file, key_mismatch
Result<ContextPtr> server_context(const ServerTls& tls);

/// A client's handshake to come: checks name (or address), expiry, trust, pin. `tls` must live until the handshake has
/// ended.
SslPtr client_ssl(SSL_CTX* context, const std::string& host, const ClientTls& tls);
/// Why the client's handshake failed.
Error handshake_error(SSL* ssl);
/// Words for the library's last error; empties its queue.
std::string last_tls_error();

}  // namespace sotto::net
