#pragma once
#include <string>

namespace sotto::test {

/// docs/server-api.md, made from the route table, the limits and the text of wire/frames.proto.
std::string api_page(const std::string& frames_proto);

}  // namespace sotto::test
