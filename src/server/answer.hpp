#pragma once
#include <google/protobuf/message_lite.h>

#include <string_view>

#include "net/http.hpp"
#include "server/storage/storage.hpp"
#include "wire/frames.pb.h"

/// Every answer there is. What goes wrong says a code for programs and a sentence for people, and nothing of our
/// insides.
namespace sotto::server {

net::Response ok();
net::Response ok(const google::protobuf::MessageLite& body);

net::Response refuse(unsigned status, std::string_view code, std::string_view message);
net::Response refuse(unsigned status, const wire::frames::Error& error);
/// With Retry-After.
net::Response refuse_for_now(unsigned status, std::string_view code, std::string_view message);

net::Response refuse(StorageProblem problem);  // 507 or 500
net::Response not_found();                     // no such route
net::Response malformed_body();
/// 403: there is no such permit, or no such account; which of them is not said.
net::Response no_such_permit();
/// 401: of a device that waits for a list.
net::Response not_yet_listed();
/// 429 with Retry-After.
net::Response too_many(unsigned wait_seconds);

}  // namespace sotto::server
