#include "client/problem.hpp"

namespace sotto::client {
namespace {

/// Whether trying again later may help: the server or the way to it is down, as opposed to not being who it should be.
Error kind_of(net::Problem problem) {
  switch (problem) {
    case net::Problem::name_not_found:
    case net::Problem::unreachable:
    case net::Problem::refused:
    case net::Problem::closed:
    case net::Problem::timed_out:
    case net::Problem::upgrade_refused:
    case net::Problem::proxy_unreachable:
    case net::Problem::proxy_failed:
      return Error::unreachable;
    case net::Problem::certificate_not_trusted:
    case net::Problem::certificate_expired:
    case net::Problem::certificate_not_yet_valid:
    case net::Problem::address_not_allowed:
    case net::Problem::onion_without_proxy:
    case net::Problem::proxy_login_refused:
    case net::Problem::wrong_host_name:
    case net::Problem::pin_mismatch:
    case net::Problem::tls_failed:
    case net::Problem::too_large:
    case net::Problem::malformed:
    case net::Problem::address_in_use:
    case net::Problem::not_permitted:
    case net::Problem::no_such_address:
    case net::Problem::certificate_file:
    case net::Problem::key_file:
    case net::Problem::key_mismatch:
      return Error::refused;
  }
  return Error::refused;
}

/// Who answers with a certificate that is not the server's may be the network itself, asking for a login.
std::string portal(const std::string& server) {
  return "; or this network answers in place of " + server + ": log in to it in a browser, then try again)";
}

std::string next_step(net::Problem problem, const std::string& server) {
  switch (problem) {
    case net::Problem::certificate_not_trusted:
      return " (if the server made its own certificate, give its ca.pem with --server-ca" + portal(server);
    case net::Problem::tls_failed:
      return " (is the port right" + portal(server);
    case net::Problem::certificate_expired:
    case net::Problem::certificate_not_yet_valid:
      return " (check this machine's clock, then ask whoever runs the server)";
    case net::Problem::wrong_host_name:
      return " (use the name that the server's certificate has" + portal(server);
    case net::Problem::pin_mismatch:
      return " (ask whoever runs it, or whose link it was, for a new link" + portal(server);
    case net::Problem::address_not_allowed:
      return " (if you know that server, allow it: `sotto settings private-servers on`)";
    case net::Problem::onion_without_proxy:
      return " (start Tor, then `sotto settings proxy socks5h://127.0.0.1:9050`)";
    case net::Problem::proxy_unreachable:
      return " (start it, or change `sotto settings proxy`; nothing goes past it)";
    case net::Problem::proxy_login_refused:
      return " (write its login into the setting: socks5h://USER:PASSWORD@HOST:PORT)";
    default:
      return "";
  }
}

}  // namespace

Problem::Problem(const store::Problem& problem)
    : error(problem.error == store::Error::wrong_passphrase ? Error::locked : Error::refused),
      message(problem.message) {}

Problem::Problem(const net::Error& failed, const std::string& server)
    : error(kind_of(failed.problem)),
      message(server + ": " + net::to_text(failed) + next_step(failed.problem, server)) {}

std::string to_text(protocol::Error error) {
  switch (error) {
    case protocol::Error::duplicate_message:
      return "it came before";
    case protocol::Error::invalid_message:
      return "it can't be decrypted";
    case protocol::Error::invalid_signature:
      return "a prekey's signature is wrong";
    case protocol::Error::invalid_key:
      return "a key is none";
    case protocol::Error::untrusted_identity:
      return "its identity key is not on the sender's list";
    case protocol::Error::no_session:
      return "there is no session for it";
    case protocol::Error::unknown_prekey:
      return "it uses a prekey that is gone";
    case protocol::Error::no_sender_key:
      return "its sender key has not come yet";
    case protocol::Error::invalid_certificate:
      return "its sender certificate is not valid";
    case protocol::Error::self_send:
      return "this device sent it itself";
    case protocol::Error::invalid_session:
      return "the stored session is damaged";
    case protocol::Error::invalid_address:
      return "its address is none";
    case protocol::Error::invalid_fingerprint:
      return "the code is no safety number";
    case protocol::Error::fingerprint_version:
      return "the code is of another version";
  }
  return "it is refused";
}

}  // namespace sotto::client
