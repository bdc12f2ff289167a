#pragma once
#include <boost/json.hpp>
#include <string>

#include "base/bytes.hpp"

namespace sotto::test {

std::string source_dir();  // of the project
std::string binary_dir();  // of this build; the programs are in its bin/

/// A recorded file, "signal/keys.json", from tests/vectors. A missing or unreadable one ends the test program.
boost::json::value vectors(const std::string& path);

/// Any JSON file.
boost::json::value read_json(const std::string& path);

/// The bytes of a hex string; of a member of an object.
base::Blob hex(const boost::json::value& text);
base::Blob hex(const boost::json::value& object, std::string_view member);
template <std::size_t N>
base::Bytes<N> hex(const boost::json::value& object, std::string_view member) {
  return base::fixed<N>(hex(object, member)).value();
}

std::string text(const boost::json::value& object, std::string_view member);  // "" when absent or null
std::uint64_t number(const boost::json::value& object, std::string_view member);
bool has(const boost::json::value& object, std::string_view member);  // there, and not null

/// Prints how many recorded cases ran; the test fails if the file gave fewer than it holds.
void expect_cases(std::string_view what, std::size_t ran, std::size_t recorded);

}  // namespace sotto::test
