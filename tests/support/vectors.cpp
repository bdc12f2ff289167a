#include "support/vectors.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/check.hpp"
#include "base/encoding.hpp"

namespace sotto::test {

boost::json::value read_json(const std::string& path) {
  std::ifstream file(path);
  if (!file) std::fprintf(stderr, "no such file: %s\n", path.c_str());
  CHECK(file.good());
  std::stringstream content;
  content << file.rdbuf();
  return boost::json::parse(content.str());
}

std::string source_dir() { return SOTTO_SOURCE_DIR; }
std::string binary_dir() { return SOTTO_BINARY_DIR; }

boost::json::value vectors(const std::string& path) { return read_json(source_dir() + "/tests/vectors/" + path); }

base::Blob hex(const boost::json::value& value) {
  const auto bytes = base::from_hex(std::string_view(value.as_string()));
  CHECK(bytes.has_value());
  return *bytes;
}

base::Blob hex(const boost::json::value& object, std::string_view member) { return hex(object.as_object().at(member)); }

std::string text(const boost::json::value& object, std::string_view member) {
  return has(object, member) ? std::string(object.as_object().at(member).as_string()) : std::string();
}

std::uint64_t number(const boost::json::value& object, std::string_view member) {
  return object.as_object().at(member).to_number<std::uint64_t>();
}

bool has(const boost::json::value& object, std::string_view member) {
  const boost::json::value* found = object.as_object().if_contains(member);
  return found != nullptr && !found->is_null();
}

void expect_cases(std::string_view what, std::size_t ran, std::size_t recorded) {
  std::printf("%.*s: %zu cases\n", static_cast<int>(what.size()), what.data(), ran);
  EXPECT_GE(ran, recorded) << what;
}

}  // namespace sotto::test
