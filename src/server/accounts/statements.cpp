#include "server/accounts/statements.hpp"

#include "net/transport.hpp"
#include "server/answer.hpp"

namespace sotto::server {

net::Response bad_statement(const wire::Refusal& refusal) {
  return refuse(400, "bad_statement", std::string(wire::name(refusal.rule)) + ": " + refusal.text());
}

net::Response challenge_expired() {
  return refuse(410, "challenge_expired", "this took too long, or the challenge was used already; begin again");
}

std::optional<std::string> authority_of(const Context& context, const net::Request& request) {
  if (!context.authority.empty()) return context.authority;
  const auto said = net::parse_endpoint(net::header(request.headers, "Host"), 443);
  if (!said) return std::nullopt;
  return net::to_text(*said);
}

net::Response bad_host() { return refuse(400, "bad_host", "the Host header names no server"); }

void tell(Context& context, const std::vector<DeviceRow>& devices, const wire::frames::Notice& notice) {
  for (const DeviceRow device : devices) {
    wire::frames::ServerFrame frame;
    *frame.mutable_notice() = notice;
    context.hub.tell(device, std::move(frame));
  }
}

}  // namespace sotto::server
