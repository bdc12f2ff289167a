#pragma once
#include <boost/system/error_code.hpp>
#include <string>

#include "base/result.hpp"

namespace sotto::net {

enum class Problem {
  name_not_found,           // no address for the host
  unreachable,              // no way to the address
  refused,                  // nobody listens there
  certificate_not_trusted,  // detail says why
  certificate_expired,
  certificate_not_yet_valid,
  wrong_host_name,  // the certificate is for another host
  pin_mismatch,     // no certificate of the chain has the pinned key
  tls_failed,       // no common version, or not TLS at all
  closed,           // by the remote end, or by close() and cut() here
  timed_out,
  too_large,
  malformed,        // what came is not HTTP, or not a WebSocket frame
  upgrade_refused,  // the server answered the WebSocket request with http_status
  address_in_use,
  not_permitted,        // to listen on this address
  no_such_address,      // to listen on
  certificate_file,     // unreadable, not PEM, or not a certificate
  key_file,             // unreadable, not PEM, or not a private key
  key_mismatch,         // the key is not the certificate's
  address_not_allowed,  // the route's rule; detail says which address
  onion_without_proxy,
  proxy_unreachable,
  proxy_login_refused,
  proxy_failed,  // detail says why
};

struct Error {
  Problem problem;
  std::string detail = {};   // words of the system or the TLS library, for people; may be empty
  unsigned http_status = 0;  // only with upgrade_refused
};

template <class T>
using Result = base::Result<T, Error>;

/// A sentence for a person: what happened and, where known, why.
std::string to_text(const Error& error);

/// The same without the system's words: nothing in it comes from outside.
std::string log_text(const Error& error);

/// What an error code of a read or write means.
Error from_code(const boost::system::error_code& code);

}  // namespace sotto::net
