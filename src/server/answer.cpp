#include "server/answer.hpp"

#include "server/limits.hpp"

namespace sotto::server {
namespace {

net::Response with_body(unsigned status, const google::protobuf::MessageLite& body) {
  net::Response response{.status = status, .headers = {{.name = "Content-Type", .value = "application/x-protobuf"}}};
  response.body.resize(body.ByteSizeLong());
  body.SerializeToArray(response.body.data(), static_cast<int>(response.body.size()));
  return response;
}

}  // namespace

net::Response ok() { return {.status = 200}; }
net::Response ok(const google::protobuf::MessageLite& body) { return with_body(200, body); }

net::Response refuse(unsigned status, std::string_view code, std::string_view message) {
  wire::frames::Error error;
  error.set_code(std::string(code));
  error.set_message(std::string(message));
  return refuse(status, error);
}

net::Response refuse(unsigned status, const wire::frames::Error& error) { return with_body(status, error); }

net::Response refuse_for_now(unsigned status, std::string_view code, std::string_view message) {
  net::Response response = refuse(status, code, message);
  response.headers.push_back({.name = "Retry-After", .value = std::to_string(limits::retry_after)});
  return response;
}

net::Response refuse(StorageProblem problem) {
  switch (problem) {
    case StorageProblem::full:
      return refuse_for_now(507, "storage_full", "the server has no room left; nothing was changed");
    case StorageProblem::failed:
      return refuse(500, "storage_failed", "the server could not do this; nothing was changed");
  }
  return refuse(500, "storage_failed", "");
}

net::Response not_found() { return refuse(404, "no_such_route", "there is nothing at this address"); }
net::Response malformed_body() { return refuse(400, "malformed_body", "the request can't be read"); }

net::Response no_such_permit() {
  return refuse(403, "no_such_permit", "there is no such permit, or it is no longer good");
}

net::Response not_yet_listed() { return refuse(401, "not_yet_listed", "no list of the account names this device yet"); }

net::Response too_many(unsigned wait_seconds) {
  net::Response response = refuse(429, "too_many", "too many requests; try again later");
  response.headers.push_back({.name = "Retry-After", .value = std::to_string(wait_seconds)});
  return response;
}

}  // namespace sotto::server
