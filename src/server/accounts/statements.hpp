#pragma once
#include "server/route.hpp"
#include "wire/checks.hpp"

/// What every request with signed statements in it needs.
namespace sotto::server {

/// 400 bad_statement: the message begins with the rule's name.
net::Response bad_statement(const wire::Refusal& refusal);
/// 410 challenge_expired
net::Response challenge_expired();
/// What statements have to call this server; nothing if the Host header names none.
std::optional<std::string> authority_of(const Context& context, const net::Request& request);
net::Response bad_host();

template <class Message>
std::optional<Message> parse_frame(const base::Blob& body) {
  Message message;
  if (!message.ParseFromArray(body.data(), static_cast<int>(body.size()))) return std::nullopt;
  return message;
}

/// Says it to each device that is there.
void tell(Context& context, const std::vector<DeviceRow>& devices, const wire::frames::Notice& notice);

}  // namespace sotto::server
