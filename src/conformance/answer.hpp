#pragma once
#include <boost/json.hpp>

#include "conformance/party.hpp"

namespace sotto::conformance {

/// All that one run of the program knows.
struct World {
  base::Random& random;
  std::uint64_t (*now_ms)();  // the system's clock, for requests that do not say what time it is
  std::map<std::string, Party> parties;
};

/// Answers one line (docs/spec/conformance.md): an answer or an error for every one, also for what is no JSON.
std::string answer(World& world, std::string_view line);

/// The answer to a line that was too long to be read.
std::string answer_overlong(std::size_t limit);

}  // namespace sotto::conformance
