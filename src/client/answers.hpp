#pragma once
#include <optional>
#include <string>
#include <vector>

#include "client/problem.hpp"
#include "net/http.hpp"
#include "wire/frames.pb.h"
#include "wire/identity.hpp"
#include "wire/prekeys.hpp"

namespace sotto::client {

/// What may become of a message that was sent.
enum class Delivery {
  stored,         // durably: it is the server's now
  wrong_devices,  // the list it was made for is not the account's any more; nothing was delivered
  mailbox_full,   // the recipient has to fetch first; others can be written to
  try_later,      // the server asks to wait
  refused,        // for ever, with a reason
};

struct SendAnswer {
  Delivery delivery = Delivery::refused;
  std::string reason;
};

/// Reading what a server answered, on either connection.
namespace answers {

struct Error {
  std::string code;
  std::string message;  // printable
};
Error error_of(const net::Response& response);
/// Something in between that answers in the server's place: a gateway, the login page of a network. Never taken for the
/// server's word, and never followed elsewhere; nothing if it is a Sotto server's answer as far as can be told.
std::optional<Problem> not_ours(const net::Response& response, const std::string& server);
Problem problem_of(const net::Response& response, const std::string& server);
Problem not_understood(const std::string& server);
/// The server's words, without what could play with a terminal.
std::string printable(const std::string& words);

Result<wire::Introduction> introduction(const net::Response& response, const std::string& server);
Result<std::vector<wire::DeviceBundle>> bundles(const net::Response& response, const std::string& server);
Result<SendAnswer> sending(const net::Response& response, const std::string& server);

template <class Message>
bool parse(Message& message, const base::Blob& bytes) {
  return message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}
template <class Message>
base::Blob serialize(const Message& message) {
  base::Blob bytes(message.ByteSizeLong());
  message.SerializeToArray(bytes.data(), static_cast<int>(bytes.size()));
  return bytes;
}

}  // namespace answers
}  // namespace sotto::client
