#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.hpp"

namespace sotto::net {

struct Header {
  std::string name;
  std::string value;
};

struct Request {
  std::string method = "GET";
  std::string target = "/";
  std::vector<Header> headers = {};
  base::Blob body = {};
};

struct Response {
  unsigned status = 200;
  std::vector<Header> headers = {};
  base::Blob body = {};
};

/// The first header of this name, in any case of letters; empty if there is none.
std::string_view header(const std::vector<Header>& headers, std::string_view name);

}  // namespace sotto::net
