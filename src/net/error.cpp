#include "net/error.hpp"

#include <boost/asio/error.hpp>

namespace sotto::net {
namespace {

std::string sentence(const Error& error) {
  switch (error.problem) {
    case Problem::name_not_found:
      return "there is no server of that name";
    case Problem::unreachable:
      return "the server can't be reached from here";
    case Problem::refused:
      return "the machine is there, but no server answers on that port";
    case Problem::certificate_not_trusted:
      return "the server's certificate is not trusted";
    case Problem::certificate_expired:
      return "the server's certificate has expired, or this machine's clock is ahead";
    case Problem::certificate_not_yet_valid:
      return "the server's certificate is not valid yet, or this machine's clock is behind";
    case Problem::wrong_host_name:
      return "the server's certificate is for another host name";
    case Problem::pin_mismatch:
      return "the server's certificate does not have the pinned key";
    case Problem::tls_failed:
      return "no secure connection could be made (TLS 1.3 is needed)";
    case Problem::closed:
      return "the connection was closed";
    case Problem::timed_out:
      return "the server did not answer in time";
    case Problem::too_large:
      return "what came is larger than allowed";
    case Problem::malformed:
      return "what came is not what was agreed";
    case Problem::upgrade_refused:
      return "the server refused, with status " + std::to_string(error.http_status);
    case Problem::address_in_use:
      return "another program listens on that address";
    case Problem::not_permitted:
      return "listening on that address is not permitted";
    case Problem::no_such_address:
      return "this machine has no such address";
    case Problem::certificate_file:
      return "the certificate can't be used";
    case Problem::key_file:
      return "the private key can't be used";
    case Problem::key_mismatch:
      return "the private key is not the certificate's";
    case Problem::address_not_allowed:
      return "the server is not at a public address";
    case Problem::onion_without_proxy:
      return "an onion service is reached only through Tor";
    case Problem::proxy_unreachable:
      return "the proxy can't be reached";
    case Problem::proxy_login_refused:
      return "the proxy refuses the login";
    case Problem::proxy_failed:
      return "the proxy makes no connection";
  }
  return "unknown problem";
}

}  // namespace

std::string to_text(const Error& error) {
  return error.detail.empty() ? sentence(error) : sentence(error) + " (" + error.detail + ")";
}

std::string log_text(const Error& error) { return sentence(error); }

Error from_code(const boost::system::error_code& code) {
  namespace failure = boost::asio::error;
  if (code == failure::eof || code == failure::operation_aborted || code == failure::connection_reset ||
      code == failure::broken_pipe || code == failure::connection_aborted || code == failure::bad_descriptor)
    return {.problem = Problem::closed};
  if (code == failure::connection_refused) return {.problem = Problem::refused};
  if (code == failure::timed_out) return {.problem = Problem::timed_out};
  if (code == failure::host_not_found || code == failure::host_not_found_try_again || code == failure::no_data)
    return {.problem = Problem::name_not_found};
  if (code == failure::network_unreachable || code == failure::host_unreachable || code == failure::network_down)
    return {.problem = Problem::unreachable, .detail = code.message()};
  if (code == failure::address_in_use) return {.problem = Problem::address_in_use};
  if (code == failure::access_denied || code == boost::system::errc::operation_not_permitted)
    return {.problem = Problem::not_permitted};
  if (code == boost::system::errc::address_not_available) return {.problem = Problem::no_such_address};
  return {.problem = Problem::closed, .detail = code.message()};
}

}  // namespace sotto::net
