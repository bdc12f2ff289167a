#include "client/answers.hpp"

namespace sotto::client::answers {
namespace {

namespace frames = wire::frames;

constexpr std::size_t max_words = 300;  // bytes of the server's own words that are shown

}  // namespace

std::string printable(const std::string& words) {
  std::string clean;
  for (const char c : words.substr(0, max_words)) clean += c < 0x20 || c > 0x7E ? ' ' : c;
  return clean;
}

Error error_of(const net::Response& response) {
  if (response.status == 200) return {};
  frames::Error error;
  if (!parse(error, response.body)) return {};
  return {.code = error.code(), .message = printable(error.message())};
}

std::optional<Problem> not_ours(const net::Response& response, const std::string& server) {
  if (response.status == 200 || !error_of(response).code.empty()) return std::nullopt;
  const std::string status = "status " + std::to_string(response.status);
  if (response.status >= 300 && response.status < 400) {
    return Problem(client::Error::unreachable,
                   server + ": what answers sends us elsewhere (" + status +
                       "), and no Sotto server does that: it is not followed. If this network has a login page, log in "
                       "to it in a browser; else ask whoever runs the server");
  }
  return Problem(client::Error::unreachable,
                 server + ": what answers is not the Sotto server (" + status +
                     "). If this network has a login page, log in to it in a browser; else check the address");
}

Problem not_understood(const std::string& server) {
  return refused(server + ": the server's answer can't be understood; is it a Sotto server of this version?");
}

Problem problem_of(const net::Response& response, const std::string& server) {
  const Error answer = error_of(response);
  const std::string words = answer.message.empty() ? "it answered " + std::to_string(response.status) : answer.message;
  const bool may_pass = response.status == 429 || response.status >= 500;
  return {may_pass ? client::Error::unreachable : client::Error::refused, server + ": " + words};
}

Result<wire::Introduction> introduction(const net::Response& response, const std::string& server) {
  if (response.status != 200) return problem_of(response, server);
  frames::Account account;
  if (!parse(account, response.body)) return not_understood(server);
  auto introduction = wire::Introduction::parse(base::view(account.introduction()));
  if (!introduction) return not_understood(server);
  return *std::move(introduction);
}

Result<std::vector<wire::DeviceBundle>> bundles(const net::Response& response, const std::string& server) {
  if (response.status != 200) return problem_of(response, server);
  frames::Bundles found;
  if (!parse(found, response.body)) return not_understood(server);
  std::vector<wire::DeviceBundle> made;
  for (const std::string& bytes : found.bundles()) {
    auto bundle = wire::DeviceBundle::parse(base::view(bytes));
    if (!bundle) return not_understood(server);
    made.push_back(*std::move(bundle));
  }
  return made;
}

Result<SendAnswer> sending(const net::Response& response, const std::string& server) {
  const Error error = error_of(response);
  // Stored is an empty 200, refused is an error with a code of ours; anything else comes from somebody in between.
  if (response.status == 200 && response.body.empty()) return SendAnswer{.delivery = Delivery::stored, .reason = {}};
  if (response.status == 200 || error.code.empty()) {
    return Problem(client::Error::unreachable,
                   server + ": what answered is not the Sotto server (status " + std::to_string(response.status) + ")");
  }
  if (error.code == "wrong_devices" || error.code == "stale_devices")
    return SendAnswer{.delivery = Delivery::wrong_devices, .reason = error.message};
  if (error.code == "mailbox_full") return SendAnswer{.delivery = Delivery::mailbox_full, .reason = error.message};
  if (response.status == 429 || response.status >= 500)
    return SendAnswer{.delivery = Delivery::try_later, .reason = error.message};
  if (response.status == 401) return problem_of(response, server);
  return SendAnswer{.delivery = Delivery::refused, .reason = error.message};
}

}  // namespace sotto::client::answers
